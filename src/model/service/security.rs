//! What of `security_opt` and `use_api_socket` is more than a word for the engine.

/// The folder in a container in which docker's config.json is, where the container uses the engine.
pub const DOCKER_CONFIG: &str = "/run/secrets/docker";

/// The file that a security option names: `seccomp=PROFILE.json`.
pub fn seccomp_profile(option: &str) -> Option<&str> {
    let path = option
        .strip_prefix("seccomp=")
        .or_else(|| option.strip_prefix("seccomp:"))?;
    (!matches!(path, "unconfined" | "builtin")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seccomp_profile_is_a_file_unless_it_is_a_word_of_the_engine() {
        for (option, path) in [
            ("seccomp=profile.json", Some("profile.json")),
            ("seccomp:/etc/profile.json", Some("/etc/profile.json")),
            ("seccomp=unconfined", None),
            ("seccomp:builtin", None),
            ("no-new-privileges:true", None),
            ("label:disable", None),
        ] {
            assert_eq!(seccomp_profile(option), path, "{option}");
        }
    }
}
