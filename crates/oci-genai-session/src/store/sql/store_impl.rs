//! [`Store`](crate::store::Store) implementation over a [`SqlStore`](super::SqlStore).

/// Implements [`Store`](crate::store::Store) for a store that wraps a [`SqlStore`](super::SqlStore)
/// in its field `sql`.
macro_rules! store_through_sql {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl $crate::store::Store for $store {
            async fn create(&self, session: &SessionRecord) -> Result<(), StoreError> {
                self.sql.create(session).await
            }

            async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
                self.sql.session(id).await
            }

            async fn session_by_name(
                &self,
                name: &str,
            ) -> Result<Option<SessionRecord>, StoreError> {
                self.sql.session_by_name(name).await
            }

            async fn sessions(
                &self,
                query: &SessionQuery,
            ) -> Result<Vec<SessionRecord>, StoreError> {
                self.sql.sessions(query).await
            }

            async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
                self.sql.delete(id).await
            }

            async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
                self.sql.purge(now).await
            }

            async fn apply(&self, batch: &Batch) -> Result<u64, StoreError> {
                self.sql.apply(batch).await
            }

            async fn turn(
                &self,
                id: &SessionId,
                seq: u64,
            ) -> Result<Option<TurnRecord>, StoreError> {
                self.sql.turn(id, seq).await
            }

            async fn turn_by_id(
                &self,
                id: &SessionId,
                turn_id: &str,
            ) -> Result<Option<TurnRecord>, StoreError> {
                self.sql.turn_by_id(id, turn_id).await
            }

            async fn turns(
                &self,
                id: &SessionId,
                after: u64,
                limit: u32,
            ) -> Result<Vec<TurnRecord>, StoreError> {
                self.sql.turns(id, after, limit).await
            }

            async fn items(
                &self,
                id: &SessionId,
                range: ItemRange,
            ) -> Result<Vec<ItemRecord>, StoreError> {
                self.sql.items(id, range).await
            }

            async fn turn_items(
                &self,
                id: &SessionId,
                turn: u64,
            ) -> Result<Vec<ItemRecord>, StoreError> {
                self.sql.turn_items(id, turn).await
            }

            async fn tool_calls(
                &self,
                id: &SessionId,
                turn: u64,
            ) -> Result<Vec<ToolCallRecord>, StoreError> {
                self.sql.tool_calls(id, turn).await
            }

            async fn acquire(
                &self,
                id: &SessionId,
                request: &LeaseRequest,
            ) -> Result<LeaseResult, StoreError> {
                self.sql.acquire(id, request).await
            }

            async fn renew(
                &self,
                lease: &Lease,
                now: Timestamp,
                ttl: Duration,
            ) -> Result<(), StoreError> {
                self.sql.renew(lease, now, ttl).await
            }

            async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
                self.sql.release(lease).await
            }

            async fn snapshot(
                &self,
                id: &SessionId,
            ) -> Result<Option<SessionSnapshot>, StoreError> {
                self.sql.snapshot(id).await
            }
        }
    };
}
pub(in crate::store) use store_through_sql;
