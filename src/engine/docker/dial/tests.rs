use super::*;

#[test]
fn ssh_runs_dial_stdio_on_the_other_machine() {
    let arguments = |address: &str| match Address::parse(address, None).unwrap() {
        Address::Ssh(ssh) => ssh_arguments(&ssh).join(" "),
        other => panic!("{other} is not ssh"),
    };
    assert_eq!(
        arguments("ssh://box"),
        "-T -o ConnectTimeout=30 -- box docker system dial-stdio"
    );
    assert_eq!(
        arguments("ssh://me@box:2222/run/d.sock"),
        "-T -o ConnectTimeout=30 -l me -p 2222 -- box docker --host unix:///run/d.sock system dial-stdio"
    );
}
