//! Reading bytes from one end to the other.

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end too early.
    #[error("the bytes end where {needed} more were to come: it was cut off, or is of another format")]
    TooShort {
        /// How many more.
        needed: usize,
    },
    /// The bytes go on after the end.
    #[error("{left} bytes are left over: bring the package alone")]
    LeftOver {
        /// How many.
        left: usize,
    },
}

/// What is left to read, from the front or from the back.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(Malformed::TooShort { needed: count })?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Malformed::TooShort { needed: N })?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The last `count` bytes.
    pub(super) fn take_back(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let at = self
            .0
            .len()
            .checked_sub(count)
            .ok_or(Malformed::TooShort { needed: count })?;
        let (rest, taken) = self.0.split_at(at);
        self.0 = rest;
        Ok(taken)
    }

    /// The last `N` bytes.
    pub(super) fn array_back<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (rest, taken) = self.0.split_last_chunk().ok_or(Malformed::TooShort { needed: N })?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The last `N` bytes as an integer, the highest byte first.
    pub(super) fn number_back<const N: usize>(&mut self) -> Result<usize, Malformed> {
        let bytes: [u8; N] = self.array_back()?;
        // At most four bytes are read so.
        Ok(bytes
            .into_iter()
            .fold(0_usize, |number, byte| number << 8 | usize::from(byte)))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// What is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Nothing is left.
    pub(super) const fn end(&self) -> Result<(), Malformed> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(Malformed::LeftOver { left }),
        }
    }
}
