//! Finds the console that `npm run build` made, so that the binary can carry it. Cargo needs no
//! Node: where the console was not built, a page that says so stands in its place.

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = root.join("../../console/dist");
    let missing = root.join("src/console/missing");
    println!("cargo::rerun-if-changed={}", missing.display());
    // A path that is not there would count as changed each time: what stands above it changes when
    // it comes.
    let console = root.join("../../console");
    let is_built = built.join("index.html").is_file();
    let watched = if is_built { &built } else { &console };
    println!("cargo::rerun-if-changed={}", watched.display());
    let carried = if is_built {
        built
    } else {
        println!(
            "cargo::warning=the console is not built in: `make build` builds it where Node is installed"
        );
        missing
    };
    println!("cargo::rustc-env=POSTERN_CONSOLE={}", carried.display());
}
