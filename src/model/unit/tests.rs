use super::*;

#[test]
fn sizes_are_read_in_binary_units() {
    for (text, bytes) in [
        ("64m", 67_108_864),
        ("1g", 1_073_741_824),
        ("512kb", 524_288),
        ("1.5g", 1_610_612_736),
        ("1024", 1024),
        ("1 g", 1_073_741_824),
        ("1GiB", 1_073_741_824),
        ("1B", 1),
        ("0", 0),
        (".5m", 524_288),
        ("1.m", 1_048_576),
        ("0.1k", 102),
        ("1.5", 1),
        ("10t", 10_995_116_277_760),
        ("1p", 1_125_899_906_842_624),
        ("1.00000000000000000000000000001k", 1024),
        ("9223372036854775807", i64::MAX),
        ("-1", -1),
    ] {
        assert_eq!(
            text.parse::<ByteSize>().map(ByteSize::bytes),
            Ok(bytes),
            "{text}"
        );
    }
}

#[test]
fn a_text_that_is_no_size_is_refused_with_what_is_allowed() {
    let allowed = "; write a number with b, k, m, g, t or p, such as 512k, 64m or 1.5g";
    for (text, problem) in [
        ("", "it is empty"),
        ("b", "it does not begin with a number"),
        (".", "it does not begin with a number"),
        (" 1m", "it does not begin with a number"),
        ("5x", "`x` is not a unit"),
        ("1ib", "`ib` is not a unit"),
        ("1m ", "`m ` is not a unit"),
        ("1  g", "`  g` is not a unit"),
        ("1.5.5m", "`.5m` is not a unit"),
        ("-1m", "it is negative (only -1, no limit, is allowed)"),
        ("9223372036854775808", "it is larger than 2^63 - 1 bytes"),
        ("9999999p", "it is larger than 2^63 - 1 bytes"),
        (
            "99999999999999999999999999",
            "it is larger than 2^63 - 1 bytes",
        ),
    ] {
        let error = text.parse::<ByteSize>().unwrap_err().to_string();
        assert_eq!(error, format!("`{text}` is not a size: {problem}{allowed}"));
    }
}

#[test]
fn durations_are_read_and_printed_like_the_engines_programs_print_them() {
    for (text, printed) in [
        ("1m30s", "1m30s"),
        ("1.5h", "1h30m0s"),
        ("300ms", "300ms"),
        ("1d", "24h0m0s"),
        ("1w", "168h0m0s"),
        ("1w2d3h", "219h0m0s"),
        ("1.5d", "36h0m0s"),
        ("0", "0s"),
        ("0s", "0s"),
        ("10s", "10s"),
        ("60m", "1h0m0s"),
        ("90s", "1m30s"),
        ("30s1m", "1m30s"),
        ("+1s", "1s"),
        ("1us", "1\u{b5}s"),
        ("1\u{b5}s", "1\u{b5}s"),
        ("1\u{3bc}s", "1\u{b5}s"),
        ("1ns", "1ns"),
        ("1.5s", "1.5s"),
        (".5s", "500ms"),
        ("1.s", "1s"),
        ("0.5ms", "500\u{b5}s"),
        ("1.0000000001s", "1s"),
        ("61.05s", "1m1.05s"),
        ("100000h", "100000h0m0s"),
        ("2562047h47m16s854775807ns", "2562047h47m16.854775807s"),
    ] {
        let duration = text.parse::<Duration>().map(|d| d.to_string());
        assert_eq!(duration.as_deref(), Ok(printed), "{text}");
    }
}

#[test]
fn a_text_that_is_no_duration_is_refused_with_what_is_allowed() {
    let allowed = "; write numbers with w, d, h, m, s, ms, us or ns, such as 1m30s or 300ms";
    for (text, problem) in [
        ("", "it is empty"),
        ("10", "`10` has no unit (`10s` is seconds)"),
        ("1h30", "`30` has no unit (`30s` is seconds)"),
        ("-1s", "it is negative"),
        ("s", "it does not begin with a number"),
        (".", "it does not begin with a number"),
        (" 1s", "it does not begin with a number"),
        ("1 s", "` s` is not a unit"),
        ("1S", "`S` is not a unit"),
        ("1m 30s", "`m ` is not a unit"),
        ("9999999h", "it is longer than 292 years"),
        ("2562047h47m16s854775808ns", "it is longer than 292 years"),
    ] {
        let error = text.parse::<Duration>().unwrap_err().to_string();
        assert_eq!(
            error,
            format!("`{text}` is not a duration: {problem}{allowed}")
        );
    }
}

#[test]
fn what_is_printed_is_read_back() {
    for nanos in [
        0,
        1,
        999,
        1_000,
        1_500,
        999_999_999,
        1_000_000_001,
        3_600_000_000_000,
        i64::MAX.cast_unsigned(),
    ] {
        let duration = Duration::from_nanos(nanos);
        assert_eq!(duration.to_string().parse(), Ok(duration));
        let json = serde_json::to_string(&duration).expect("a duration is a JSON string");
        assert_eq!(
            serde_json::from_str::<Duration>(&json).expect("its own form"),
            duration
        );
    }
    let size = ByteSize::from_bytes(1536).expect("a small size");
    assert_eq!(
        serde_json::to_string(&size).expect("a size is a JSON string"),
        "\"1536\""
    );
    assert_eq!(
        serde_json::from_str::<ByteSize>("\"1.5k\"").expect("a size"),
        size
    );
}

#[test]
fn a_started_second_counts_for_an_engine_that_takes_seconds() {
    assert_eq!(Duration::from_nanos(1).secs_rounded_up(), 1);
    assert_eq!(Duration::from_secs(10).secs_rounded_up(), 10);
    assert_eq!(
        std::time::Duration::from(Duration::from_secs(2)).as_millis(),
        2_000
    );
}
