//! What makes a type of a kind of document a resource.

/// Declares resources: type, kind, what it is called, the names of its list in operations and in
/// paths, the room of the reference, what reading and writing take, and its schema.
macro_rules! resources {
    ($($name:ident $kind:literal $called:literal $section:literal $path:literal $tag:expr, $read:ident $write:ident $schema:expr;)*) => {
        $(
            #[doc = concat!("Documents of kind `", $kind, "`.")]
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $name;

            impl $crate::api::resource::Resource for $name {
                type Read = $crate::api::permission::$read;
                type Write = $crate::api::permission::$write;
                type Path = $crate::api::resource::ById;

                const KIND: &'static str = $kind;
                const CALLED: &'static str = $called;
                const ALL: &'static str = concat!("/", $path);
                const ONE: &'static str = concat!("/", $path, "/{id}");
                const IDS: [&'static str; 6] = [
                    concat!("list_", $section),
                    concat!("get_", $kind),
                    concat!("create_", $kind),
                    concat!("replace_", $kind),
                    concat!("patch_", $kind),
                    concat!("delete_", $kind),
                ];
                const SUMMARIES: [&'static str; 6] = [
                    concat!("List ", $path),
                    concat!("Show one ", $called),
                    concat!("Make one ", $called),
                    concat!("Make or replace one ", $called),
                    concat!("Change one ", $called),
                    concat!("Remove one ", $called),
                ];
                const TAG: &'static str = $tag;

                fn schema(describer: &mut $crate::api::describe::Describer) -> serde_json::Value {
                    let schema: fn(&mut $crate::api::describe::Describer, &str) -> serde_json::Value =
                        $schema;
                    schema(describer, concat!(stringify!($name), "Document"))
                }
            }
        )*
    };
}

pub(crate) use resources;
