//! The platform of services that name none.

use super::{Project, ServiceName};

/// A service is not built for the default platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "service \"{service}\" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: {platform}"
)]
pub struct PlatformError {
    service: ServiceName,
    platform: String,
}

impl Project {
    /// Gives this platform, such as `linux/arm64`, to the services without `platform`: for pulls, builds and containers.
    ///
    /// # Errors
    /// Where `build.platforms` of one of them is without it.
    pub fn set_default_platform(&mut self, platform: &str) -> Result<(), PlatformError> {
        let services = self.services.values_mut().chain(self.sharing.values_mut());
        for service in services.filter(|service| service.provider.is_none()) {
            if service.spec.platform.is_some() {
                continue;
            }
            let build = service.build.as_ref();
            let platforms = build.map_or(&[][..], |build| &build.platforms);
            if !platforms.is_empty() && !platforms.iter().any(|one| one == platform) {
                return Err(PlatformError {
                    service: service.name.clone(),
                    platform: platform.to_owned(),
                });
            }
            service.spec.platform = Some(platform.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Build, ServiceName};
    use crate::plan::tests::{project, service};

    #[test]
    fn services_without_a_platform_get_the_default_one() {
        let built = |platforms: &[&str]| {
            let mut service = service("app");
            service.build = Some(Build {
                platforms: platforms.iter().map(ToString::to_string).collect(),
                ..Build::default()
            });
            service
        };
        let mut own = service("own");
        own.spec.platform = Some("linux/386".to_owned());
        let mut shop = project([service("web"), own, built(&["linux/amd64", "linux/arm64"])]);
        shop.set_default_platform("linux/arm64").unwrap();
        let platform = |service: &str| {
            shop.services[&ServiceName::new(service).unwrap()]
                .spec
                .platform
                .clone()
        };
        assert_eq!(platform("web").as_deref(), Some("linux/arm64"));
        assert_eq!(platform("own").as_deref(), Some("linux/386"));
        assert_eq!(platform("app").as_deref(), Some("linux/arm64"));
        let refused = project([built(&["linux/amd64"])]).set_default_platform("linux/arm64");
        assert_eq!(
            refused.unwrap_err().to_string(),
            "service \"app\" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: linux/arm64"
        );
    }
}
