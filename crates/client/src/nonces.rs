//! Which nonces a wallet takes: those behind the longest row that its account has used, counted up.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ballast_protocol::AccountId;

use crate::{Client, Error};

/// The next nonce of an account, as far as this process knows; none until a node was asked.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    next: Mutex<Option<u64>>,
}

impl Nonces {
    fn lock(&self) -> MutexGuard<'_, Option<u64>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next nonce, for this caller alone. Errors: those of reads.
    pub(crate) async fn take(&self, client: &Client, account: AccountId) -> Result<u64, Error> {
        self.begin(client, account).await?;
        let mut next = self.lock();
        let nonce = next.unwrap_or(0);
        *next = Some(nonce.wrapping_add(1));
        Ok(nonce)
    }

    /// The next nonce, which stays free. Errors: those of reads.
    pub(crate) async fn peek(&self, client: &Client, account: AccountId) -> Result<u64, Error> {
        self.begin(client, account).await?;
        Ok(self.lock().unwrap_or(0))
    }

    /// Looks what others of the account have used meanwhile. Errors: those of reads.
    pub(crate) async fn look(&self, client: &Client, account: AccountId) -> Result<(), Error> {
        let told = client.account(account).await?.nonce_next;
        let mut next = self.lock();
        *next = Some(next.map_or(told, |known| known.max(told)));
        Ok(())
    }

    /// Frees a nonce that no transaction has used nor will, unless a later one was taken since.
    pub(crate) fn give_back(&self, nonce: u64) {
        let mut next = self.lock();
        if *next == Some(nonce.wrapping_add(1)) {
            *next = Some(nonce);
        }
    }

    async fn begin(&self, client: &Client, account: AccountId) -> Result<(), Error> {
        let is_known = self.lock().is_some();
        if is_known {
            Ok(())
        } else {
            self.look(client, account).await
        }
    }
}
