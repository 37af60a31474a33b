//! Version 2.2: the platform passes token and key to the program.

use std::sync::{Mutex, PoisonError};

use super::Source;
use super::settings::Settings;
use crate::clock::http_date;
use crate::files::FileStamp;
use crate::provider::BoxFuture;
use crate::provider::token_bound::{Issue, Issued};
use crate::{Error, Result, SecurityToken, SharedTimeSource, TimeSource as _};

const VERSION: &str = "2.2";

#[derive(Debug)]
pub(super) struct FixedToken {
    settings: Settings,
    time: SharedTimeSource,
    read: Mutex<[Option<FileStamp>; 2]>,
}

impl FixedToken {
    pub(super) fn new(settings: Settings, time: &SharedTimeSource) -> Result<Self> {
        for part in ["RPST", "PRIVATE_PEM"] {
            settings.require(part, VERSION)?;
        }
        Ok(Self {
            settings,
            time: time.clone(),
            read: Mutex::default(),
        })
    }

    fn load(&self) -> Result<Issued> {
        // Take the stamps before reading, so that a change during the read is detected afterwards.
        let stamps = self.settings.stamps();
        let token = SecurityToken::parse(&self.settings.value("RPST", VERSION)?)?;
        let key = self.settings.private_key(VERSION)?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = stamps;
        if let Some(end) = token.expires_at().filter(|end| *end <= self.time.now()) {
            return Err(Error::token(format!(
                "the resource's security token expired at {}; hint: the platform should have \
                 replaced it (it is read again when its file changes)",
                http_date(end)
            )));
        }
        Ok(Issued { token, key })
    }
}

impl Issue for FixedToken {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        Box::pin(std::future::ready(self.load()))
    }
}

impl Source for FixedToken {
    fn has_changed(&self) -> bool {
        self.settings.stamps() != *self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
