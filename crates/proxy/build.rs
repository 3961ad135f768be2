//! Has the crate built again where a page about a code came or went: the binary carries them.

fn main() {
    println!("cargo::rerun-if-changed=../../docs/denials");
}
