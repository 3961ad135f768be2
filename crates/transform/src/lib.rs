//! what is changed and hidden in requests and answers.
