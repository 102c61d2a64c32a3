use super::*;

/// What comes out when these pieces come in.
fn output(pieces: &[&[u8]]) -> Vec<(bool, String)> {
    let mut output = Demultiplexer::default();
    for piece in pieces {
        output.push(piece);
    }
    output.end();
    output
        .chunks
        .into_iter()
        .map(|chunk| {
            (
                chunk.stderr,
                String::from_utf8(chunk.bytes.to_vec()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_two_outputs_are_taken_apart() {
    let (out, err) = (b"\x01\0\0\0\0\0\0\x03abc", b"\x02\0\0\0\0\0\0\x02de");
    let both = [(false, "abc".to_owned()), (true, "de".to_owned())];
    assert_eq!(output(&[out, err]), both);
    // However the connection cuts them.
    let whole = [out.as_slice(), err].concat();
    for at in 0..whole.len() {
        assert_eq!(output(&[&whole[..at], &whole[at..]]), both, "cut at {at}");
    }
    assert_eq!(
        output(&[b"\x02\0\0\0\0\0\0\x05de"]),
        [(true, "de".to_owned())]
    );
    assert_eq!(output(&[]), []);
}

#[test]
fn a_terminals_output_comes_as_it_is() {
    assert_eq!(
        output(&[b"$ ", b"ls\r\n"]),
        [(false, "$ ".to_owned()), (false, "ls\r\n".to_owned())]
    );
    assert_eq!(output(&[b"\x01x"]), [(false, "\x01x".to_owned())]);
}
