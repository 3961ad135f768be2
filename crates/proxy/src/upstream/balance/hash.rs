//! Hashing for placement. Stable: the same on every machine and in every version, so that several
//! gateways agree. Not secret: whoever chooses the key chooses the target anyway.

/// 64-bit FNV-1a, finished by [`mix`] because FNV's upper bits are weak on short keys.
pub(in crate::upstream) fn hash(bytes: &[u8]) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    mix(bytes.iter().fold(0xCBF2_9CE4_8422_2325, fold))
}

/// The finalizer of `SplitMix64`: every input bit changes every output bit with probability near ½.
pub(in crate::upstream) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
