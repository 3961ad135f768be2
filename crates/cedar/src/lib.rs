//! Cedar policies: their schema, compiling, deciding, and which one came close.
