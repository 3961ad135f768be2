//! what an operation's schema says of parameters and bodies, and whether a request keeps to it.
