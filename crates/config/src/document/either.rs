//! Values that are written as a text or as a mapping.

/// Deserialises an enum of which one variant is a text and the other a mapping.
macro_rules! text_or_mapping {
    ($type:ident, $text:expr, $mapping:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Either;

                impl<'de> serde::de::Visitor<'de> for Either {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a text or a mapping")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        let text = serde::de::value::StrDeserializer::new(text);
                        serde::Deserialize::deserialize(text).map($text)
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        map: A,
                    ) -> Result<$type, A::Error> {
                        let map = serde::de::value::MapAccessDeserializer::new(map);
                        serde::Deserialize::deserialize(map).map($mapping)
                    }
                }

                deserializer.deserialize_any(Either)
            }
        }
    };
}
pub(super) use text_or_mapping;
