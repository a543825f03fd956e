//! Randomness that a seed decides for ever: SplitMix64, whose 64-bit state is stepped by a constant and then mixed.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of a seed; another `stream` number gives another stream.
    pub(crate) const fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed);
        let mixed = random.next();
        Self(mixed ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number under `bound`, which is above zero.
    pub(crate) const fn under(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number of 128 bits under `bound`; zero if that is zero.
    pub(crate) fn under_wide(&mut self, bound: u128) -> u128 {
        let wide = u128::from(self.next()) << 64 | u128::from(self.next());
        wide.checked_rem(bound).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(crate) const fn chance(&mut self, in_thousand: u64) -> bool {
        self.under(1_000) < in_thousand
    }

    /// One of a few, if there is any.
    pub(crate) fn pick<T: Copy>(&mut self, few: &[T]) -> Option<T> {
        let len = few.len() as u64;
        if len == 0 {
            return None;
        }
        few.get(usize::try_from(self.under(len)).ok()?).copied()
    }

    /// One of a few that are always there.
    pub(crate) fn of<T: Copy, const N: usize>(&mut self, few: [T; N]) -> T {
        const { assert!(N > 0) };
        few[usize::try_from(self.under(N as u64)).unwrap_or(0)]
    }
}
