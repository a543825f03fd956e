//! Tests of the vault mechanism.
