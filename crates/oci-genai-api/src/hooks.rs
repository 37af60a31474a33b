//! Connects the generated client to its [`Transport`].

use progenitor_client::{ClientHooks, OperationInfo};

use crate::{Client, Transport};

impl ClientHooks<Transport> for Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        self.inner.execute(request, info).await
    }
}
