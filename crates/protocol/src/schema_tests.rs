//! The schema of what is said tells the shapes that its JSON has.

use serde_json::{Value, json};

use crate::{Block, Event, Genesis, Receipt, Transaction};

#[test]
fn a_transaction_is_told_exactly() {
    let schema: Value = schemars::schema_for!(Transaction).into();
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["nonce"]["pattern"], "^(0|[1-9][0-9]*)$");
    assert_eq!(schema["$defs"]["AccountId"]["pattern"], "^0x[0-9a-fA-F]{40}$");
    assert_eq!(schema["$defs"]["Amount"]["pattern"], "^[0-9]+$");
    assert_eq!(schema["$defs"]["Price"]["pattern"], r"^[0-9]+(\.[0-9]{1,27})?$");
    assert_eq!(schema["$defs"]["VaultId"]["type"], "integer");
}

#[test]
fn everything_has_a_schema() {
    for schema in [
        schemars::schema_for!(Block),
        schemars::schema_for!(Event),
        schemars::schema_for!(Receipt),
        schemars::schema_for!(Genesis),
    ] {
        let schema: Value = schema.into();
        assert!(schema["$defs"].as_object().is_some_and(|all| all.len() > 5), "{schema}");
    }
}
