use super::*;
use crate::{Imported, import};

const MESSY: &str = include_str!("../import/tests/messy.yaml");
const SWAGGER: &str = include_str!("../import/tests/swagger.json");

/// What an import of the document is exported as.
fn exported(imported: &Imported, change: impl FnOnce(&mut Export<'_>)) -> Value {
    let operations: Vec<_> = imported.operations.iter().map(of).collect();
    let mut given = Export {
        title: "orders",
        version: "v1",
        servers: &["https://api.example.com/v1".to_owned()],
        operations: &operations,
        scopes: imported.scopes.clone(),
        key_places: Some(KeyPlaces {
            headers: vec!["X-API-Key".to_owned()],
            query: vec!["api_key".to_owned()],
        }),
        requirements: BTreeMap::new(),
        original: Some((&imported.document, imported.dialect)),
    };
    change(&mut given);
    export(&given)
}

fn of(operation: &crate::Operation) -> Exported<'_> {
    Exported {
        name: &operation.name,
        methods: vec![&operation.method],
        path: &operation.path,
        scopes: operation.scopes.iter().map(String::as_str).collect(),
        anonymous: operation.anonymous,
        media_types: operation.media_types.iter().map(String::as_str).collect(),
        max_body: operation.max_body,
        pointer: Some(&operation.pointer),
    }
}

/// References inside of a document that lead nowhere.
fn dangling(document: &Value) -> Vec<String> {
    fn walk(root: &Value, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(root, item, found)),
            Value::Object(members) => {
                let to = members.get("$ref").and_then(Value::as_str);
                if let Some(to) = to.filter(|to| to.starts_with('#'))
                    && crate::refs::find(root, to).is_err()
                {
                    found.push(to.to_owned());
                }
                members.values().for_each(|value| walk(root, value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, document, &mut found);
    found
}

#[test]
fn an_export_is_the_original_with_what_callers_meet_here() {
    let imported = import(MESSY.as_bytes()).unwrap();
    let needs = json!({"credentials": ["api_key"], "scopes": ["items:read"]});
    let document = exported(&imported, |export| {
        export
            .requirements
            .insert("listItems".to_owned(), needs.clone());
    });
    assert_eq!(document["openapi"], "3.1.1");
    assert_eq!(document["info"]["version"], "1.10");
    assert_eq!(
        document["servers"],
        json!([{"url": "https://api.example.com/v1"}])
    );
    assert_eq!(document["x-logo"], json!({"url": "logo.png"}));
    let list = &document["paths"]["/items"]["get"];
    assert_eq!(list["operationId"], "listItems");
    assert_eq!(list["summary"], "  List\n items ");
    assert_eq!(list["x-postern-requirements"], needs);
    assert_eq!(
        list["security"],
        json!([{"postern_api_key": ["items:read"]}, {"postern_api_key_2": ["items:read"]}])
    );
    for status in ["401", "403", "404", "429"] {
        let to = list["responses"][status]["$ref"].as_str().unwrap();
        let response = crate::refs::find(&document, to).unwrap();
        let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
        assert!(crate::refs::find(&document, schema.as_str().unwrap()).is_ok());
    }
    assert_eq!(list["responses"]["200"], json!({"description": "ok"}));
    // Schemas are JSON Schema in 3.1.
    let item = &document["components"]["schemas"]["Item"];
    assert_eq!(item["type"], json!(["object", "null"]));
    // The security of the original is not what is asked for here.
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    let schemes: Vec<_> = schemes.keys().collect();
    assert_eq!(schemes, ["postern_api_key", "postern_api_key_2"]);
    let ping = &document["paths"]["/ping"]["get"]["security"];
    assert_eq!(ping[0], json!({}));
    let body = &document["paths"]["/items"]["post"]["requestBody"]["content"];
    assert!(body.get("application/json; charset=utf-8").is_some());
    // What is not served is not described, and what is served has its own path.
    assert!(document["paths"].get("/broken/{a").is_none());
    let file = &document["paths"]["/files/{path}"]["put"];
    assert_eq!(file["parameters"][0]["name"], "path");
    assert_eq!(file["requestBody"]["x-postern-max-size"], 1_048_576);
    assert_eq!(
        document["paths"]["/export/{year-month}"]["get"]["parameters"][0]["name"],
        "year-month"
    );
    let one = &document["paths"]["/items/{id}"]["get"];
    assert_eq!(one["parameters"].as_array().unwrap().len(), 1);
}

#[test]
fn swagger_2_becomes_openapi_3_1() {
    let imported = import(SWAGGER.as_bytes()).unwrap();
    let document = exported(&imported, |_| {});
    assert_eq!(dangling(&document), Vec::<String>::new());
    for gone in [
        "swagger",
        "definitions",
        "basePath",
        "host",
        "produces",
        "parameters",
    ] {
        assert!(document.get(gone).is_none(), "{gone}");
    }
    let pet = &document["components"]["schemas"]["Pet"];
    assert_eq!(pet["discriminator"], json!({"propertyName": "kind"}));
    let age = &pet["properties"]["age"];
    assert_eq!(age["exclusiveMinimum"], 0);
    assert_eq!(age["type"], json!(["integer", "null"]));
    let find = &document["paths"]["/pets"]["get"];
    let tags = &find["parameters"][0];
    assert_eq!(
        (&tags["style"], &tags["explode"]),
        (&json!("form"), &json!(true))
    );
    assert_eq!(tags["schema"]["items"], json!({"type": "string"}));
    let ok = &find["responses"]["200"];
    assert_eq!(ok["content"]["application/json"]["example"], json!([]));
    assert_eq!(
        ok["headers"]["X-Total"]["schema"],
        json!({"type": "integer"})
    );
    let add = &document["paths"]["/pets"]["post"];
    assert_eq!(add["requestBody"]["required"], true);
    assert_eq!(
        add["requestBody"]["content"]["application/xml"]["schema"]["$ref"],
        "#/components/schemas/Pet"
    );
    assert_eq!(
        add["responses"]["410"]["$ref"],
        "#/components/responses/Gone"
    );
    let form = &document["paths"]["/pets/{id}"]["post"];
    assert_eq!(
        form["parameters"][0]["schema"],
        json!({"type": "integer", "format": "int64"})
    );
    let content = &form["requestBody"]["content"]["application/x-www-form-urlencoded"];
    assert_eq!(content["schema"]["required"], json!(["name"]));
    let photo = &document["paths"]["/pets/{id}/photo"]["post"]["requestBody"];
    let file = &photo["content"]["multipart/form-data"]["schema"]["properties"]["file"];
    assert_eq!(file, &json!({"type": "string", "format": "binary"}));
}

#[test]
fn without_an_original_what_is_known_is_written() {
    let operations = [
        Exported {
            name: "any",
            path: "/files/{*rest}",
            ..Exported::default()
        },
        Exported {
            name: "move",
            methods: vec!["MOVE", "DELETE"],
            path: "/files/{*name}",
            media_types: vec!["text/plain"],
            ..Exported::default()
        },
    ];
    let document = export(&Export {
        title: "files",
        version: "v1",
        operations: &operations,
        ..Export::default()
    });
    assert_eq!(document["info"], json!({"title": "files", "version": "v1"}));
    let item = &document["paths"]["/files/{rest}"];
    assert_eq!(item["get"]["operationId"], "any-get");
    assert_eq!(item["get"]["security"], json!([]));
    assert!(
        item["get"]["responses"].get("401").is_none(),
        "everybody may call"
    );
    assert!(item["get"]["responses"].get("429").is_some());
    // An operation that names its methods goes before one that does not.
    assert_eq!(item["delete"]["operationId"], "move-delete");
    assert_eq!(
        item["x-postern-methods"]["move"]["operationId"],
        "move-move"
    );
    let rest = &item["get"]["parameters"][0];
    assert_eq!(
        (&rest["name"], &rest["required"]),
        (&json!("rest"), &json!(true))
    );
    assert!(rest["description"].as_str().unwrap().contains("Any rest"));
}

#[test]
fn an_answer_of_the_api_with_the_same_status_stays() {
    let text = r#"{"openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "a", "responses": {
        "404": {"description": "No such order", "content": {"text/plain": {}}}}}}}}"#;
    let imported = import(text.as_bytes()).unwrap();
    let document = exported(&imported, |_| {});
    let missing = &document["paths"]["/a"]["get"]["responses"]["404"];
    assert_eq!(missing["description"], "No such order");
    let kinds: Vec<_> = missing["content"].as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["text/plain", "application/problem+json"]);
}

#[test]
fn media_types_that_are_not_let_through_are_not_described() {
    let imported = import(MESSY.as_bytes()).unwrap();
    let create = imported
        .operations
        .iter()
        .find(|one| one.name == "create-item");
    let operations = [Exported {
        media_types: vec!["text/*"],
        ..of(create.unwrap())
    }];
    let document = export(&Export {
        operations: &operations,
        original: Some((&imported.document, imported.dialect)),
        ..Export::default()
    });
    let content = &document["paths"]["/items"]["post"]["requestBody"]["content"];
    let kinds: Vec<_> = content.as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["text/csv"]);
}
