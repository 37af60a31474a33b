use proptest::prelude::*;

use super::*;

fn decode(chunks: &[&[u8]]) -> Vec<(String, String)> {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for chunk in chunks {
        decoder.push(chunk.to_vec());
        while let Some(frame) = decoder.next_frame().unwrap() {
            frames.push(frame);
        }
    }
    frames.extend(decoder.finish());
    frames
        .into_iter()
        .map(|frame| {
            (
                String::from_utf8(frame.event.to_vec()).unwrap(),
                String::from_utf8(frame.data.to_vec()).unwrap(),
            )
        })
        .collect()
}

fn data(chunks: &[&[u8]]) -> Vec<String> {
    decode(chunks).into_iter().map(|(_, data)| data).collect()
}

#[test]
fn every_line_end_and_their_mixture() {
    for text in [
        "data: a\n\ndata: b\n\n",
        "data: a\r\n\r\ndata: b\r\n\r\n",
        "data: a\r\rdata: b\r\r",
        "data: a\r\n\ndata: b\r\r\n",
    ] {
        assert_eq!(data(&[text.as_bytes()]), ["a", "b"], "{text:?}");
    }
}

#[test]
fn a_lone_cr_takes_effect_at_once() {
    let mut decoder = Decoder::new();
    decoder.push("data: a\r\r");
    assert_eq!(&decoder.next_frame().unwrap().unwrap().data[..], b"a");
    decoder.push("\ndata: b\r\n");
    assert!(decoder.next_frame().unwrap().is_none());
    decoder.push("\r\n");
    assert_eq!(&decoder.next_frame().unwrap().unwrap().data[..], b"b");
}

#[test]
fn a_byte_order_mark_is_skipped_even_when_cut() {
    assert_eq!(data(&[b"\xEF\xBB\xBFdata: a\n\n"]), ["a"]);
    assert_eq!(data(&[b"\xEF", b"\xBB\xBFda", b"ta: a\n\n"]), ["a"]);
    assert_eq!(data(&[b"data: \xEF\xBB\xBFa\n\n"]), ["\u{FEFF}a"]);
}

#[test]
fn comments_are_counted_and_unknown_fields_ignored() {
    let mut decoder = Decoder::new();
    decoder.push(": ping\n:\nid: 7\nretry: 5\nodd\ndata:x\n\n");
    assert_eq!(&decoder.next_frame().unwrap().unwrap().data[..], b"x");
    assert_eq!(decoder.comments(), 2);
}

#[test]
fn several_data_lines_are_joined() {
    assert_eq!(
        data(&[b"data: a\ndata\ndata:  b\ndata:c\n\n"]),
        ["a\n\n b\nc"]
    );
}

#[test]
fn event_names_belong_to_one_event_only() {
    assert_eq!(
        decode(&[b"event: x\ndata: a\n\nevent: lost\n\ndata: b\n\n"]),
        [("x".into(), "a".into()), (String::new(), "b".into())]
    );
}

#[test]
fn the_last_event_is_kept_without_its_line_ends() {
    for tail in ["", "\n", "\r", "\r\n"] {
        let text = format!("data: a\n\ndata: b{tail}");
        assert_eq!(data(&[text.as_bytes()]), ["a", "b"], "{tail:?}");
    }
    assert!(data(&[b"event: x"]).is_empty());
}

#[test]
fn an_event_past_the_limit_is_an_error_however_it_grows() {
    let line = "data: 0123456789\n";
    for text in ["data: 0123456789012345", &line.repeat(3)] {
        let mut decoder = Decoder::new().with_max_event_bytes(20);
        let error = text
            .bytes()
            .find_map(|byte| {
                decoder.push(vec![byte]);
                decoder.next_frame().err()
            })
            .unwrap();
        assert!(error.to_string().contains("20 bytes"), "{text:?}");
    }
    let mut decoder = Decoder::new().with_max_event_bytes(20);
    decoder.push("data: 0123456789\n\n".repeat(9));
    let mut frames = 0;
    while decoder.next_frame().unwrap().is_some() {
        frames += 1;
    }
    assert_eq!(frames, 9, "the limit is for each event, not for the stream");
}

proptest! {
    #[test]
    fn chunk_boundaries_change_nothing(
        texts in prop::collection::vec("[a-zé€😀 :]{0,12}", 1..8),
        ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r\n", "\r"]), 8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut wire = Vec::new();
        for (text, end) in texts.iter().zip(&ends) {
            wire.extend_from_slice(format!("event: e{end}: c{end}data: {text}{end}{end}").as_bytes());
        }
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len())).collect();
        at.extend([0, wire.len()]);
        at.sort_unstable();
        let chunks: Vec<&[u8]> = at.windows(2).map(|pair| &wire[pair[0]..pair[1]]).collect();
        prop_assert_eq!(data(&chunks), texts);
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
        let mut decoder = Decoder::new();
        for chunk in chunks {
            decoder.push(chunk);
            while decoder.next_frame().unwrap().is_some() {}
        }
        decoder.finish();
    }
}

#[test]
fn json_lines_are_frames_if_enabled() {
    let text = "data: a\n{\"error\":1}\ndata: b\n\n{\"x\":2}";
    let frames = |json_lines| {
        let mut decoder = Decoder::new().with_json_lines(json_lines);
        decoder.push(text);
        let mut data = Vec::new();
        while let Some(frame) = decoder.next_frame().unwrap() {
            data.push(frame.data);
        }
        data.extend(std::iter::from_fn(|| decoder.finish()).map(|frame| frame.data));
        data
    };
    assert_eq!(frames(false), [&b"a\nb"[..]]);
    assert_eq!(frames(true), [&b"{\"error\":1}"[..], b"a\nb", b"{\"x\":2}"]);
}
