use super::*;

fn of_size(bytes: usize) -> Arc<Text> {
    let told = Utf8Bytes::from("x".repeat(bytes));
    Arc::new(Text {
        block: 10..bytes - 1,
        told,
    })
}

fn which(height: u64) -> Which {
    (Height(height), false)
}

#[test]
fn a_block_is_in_the_memory_of_its_message() {
    let text = of_size(1_000);
    let (told, block) = (text.told(), text.block());
    assert_eq!(block.len(), 989);
    assert_eq!(block.as_ptr(), told.as_bytes()[10..].as_ptr());
}

#[test]
fn one_text_serves_all_who_read_it_however_slowly() {
    let mut slots = Slots::default();
    let slow = of_size(KEPT);
    slots.put(which(1), Some(&slow));
    for height in 2..300 {
        slots.put(which(height), Some(&of_size(KEPT / 4)));
    }
    let found = slots.find(which(1)).expect("somebody still reads it");
    assert!(Arc::ptr_eq(&slow, &found), "no second copy is made");
    drop((slow, found));
    slots.put(which(300), Some(&of_size(KEPT / 4)));
    assert!(
        slots.find(which(1)).is_none(),
        "nobody reads it, and others were used since"
    );
}

#[test]
fn what_is_kept_is_bounded_and_was_used_last() {
    let mut slots = Slots::default();
    for height in 1..=100 {
        slots.put(which(height), Some(&of_size(KEPT / 4)));
        assert!(slots.find(which(1)).is_some(), "it is asked for all the time");
    }
    let kept: Vec<_> = (1..=100)
        .filter(|height| slots.of.contains_key(&which(*height)))
        .collect();
    assert_eq!(kept, [1, 98, 99, 100]);
    slots.put(which(101), Some(&of_size(KEPT * 2)));
    assert!(slots.find(which(101)).is_some(), "the last is kept whatever its size");
    assert_eq!(slots.of.len(), 1);
}
