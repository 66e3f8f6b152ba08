//! Uploads that come in pieces: announced, gone on with over lost networks and restarts, and in the end a document with a
//! code like any other. What is made of one that is no PDF is in [`super::ready`]; the protocol is the door's.

use std::time::Duration;

use crate::{
    document::{kind::Kind, refusal::Refusal},
    error::Error,
    job::{code::ReleaseCode, ticket::Ticket},
    queue::{Contents, Queue},
    store::{
        documents::part::Part,
        jobs::{Order, Source},
        uploads::{self, Most, NewUpload, Stage, Upload, UploadId},
    },
};

impl Queue {
    /// Writes an upload down that is going to come, if there is room for it.
    pub async fn announce(&self, new: NewUpload) -> Result<UploadId, Error> {
        let max = self.settings.print_api.max_size_bytes;
        if new.bytes > max {
            return Err(Error::TooLarge { max });
        }
        let limits = &self.settings.upload;
        let most = Most {
            uploads: limits.uploads,
            bytes: self.settings.store.in_flight_bytes,
            uploads_of_member: limits.uploads_of_member,
            bytes_of_member: limits.bytes_of_member,
        };
        let id = UploadId::draw(getrandom::fill).map_err(std::io::Error::other)?;
        let (written, lived) = (id.clone(), self.lived.now());
        let waiting = self.store.write(move |db| uploads::insert(db, &written, &new, most, lived)).await?;
        // Row first: a file without one would be swept, a row without one is refused when it goes on.
        if let Err(error) = self.documents.begin_part(&id, waiting).await {
            self.forget_upload(&id).await?;
            return Err(error);
        }
        Ok(id)
    }

    /// The upload of this number.
    pub async fn upload(&self, id: &UploadId) -> Result<Option<Upload>, Error> {
        let id = id.clone();
        let oldest = self.oldest_upload();
        self.store.read(move |db| uploads::find(db, &id, oldest)).await
    }

    /// How much longer an upload is kept.
    pub fn upload_left(&self, upload: &Upload) -> Duration {
        Duration::from_millis(u64::try_from(upload.lived_at.saturating_sub(self.oldest_upload())).unwrap_or(0))
    }

    /// Its file, to be gone on with where it stands. Hold it.
    pub async fn go_on_upload(&self, upload: &Upload) -> Result<Part, Error> {
        Ok(self.documents.go_on(&upload.id, upload.came).await?)
    }

    /// Brings what came to the disk, and only then says so; how much it is now.
    pub async fn acknowledge(&self, id: &UploadId, part: &mut Part) -> Result<u64, Error> {
        let came = part.sync().await?;
        let id = id.clone();
        self.store.write(move |db| uploads::came(db, &id, came)).await?;
        Ok(came)
    }

    /// Forgets an upload that is no document yet; whether there was one.
    pub async fn forget_upload(&self, id: &UploadId) -> Result<bool, Error> {
        let forgotten = id.clone();
        let known = self.store.write(move |db| uploads::forget(db, &forgotten)).await?;
        if known {
            self.documents.remove_part(id).await;
        }
        Ok(known)
    }

    /// Looks at an upload that is all there, and orders it unless it waits for others. What stands after that; an error
    /// tells why it cannot be printed, or not yet. Hold it.
    pub async fn take_upload(&self, mut upload: Upload) -> Result<Upload, Error> {
        if upload.stage == Stage::Coming && upload.came == upload.bytes {
            upload.stage = self.look_at(&upload).await?;
            self.set_stage(&upload).await?;
        }
        match &upload.stage {
            Stage::Refused(why) => Err(Error::Unprintable(Refusal::from_code(why).unwrap_or(Refusal::Corrupted))),
            Stage::Locked => Err(Error::Unprintable(Refusal::Encrypted)),
            Stage::Whole(_) if !upload.part => {
                let (title, ticket) = (upload.title.clone(), upload.ticket.clone());
                self.order_uploads(vec![upload.clone()], title, ticket).await?;
                let upload = self.upload(&upload.id).await?;
                upload.ok_or(Error::UploadUnknown)
            }
            _ => Ok(upload),
        }
    }

    async fn look_at(&self, upload: &Upload) -> Result<Stage, Error> {
        let refused = |why: Refusal| Ok(Stage::Refused(why.code().into()));
        let path = self.documents.part_path(&upload.id);
        let kind = match self.kind(&path, upload.bytes).await {
            Ok(kind) => kind,
            Err(Error::Unprintable(why)) => return refused(why),
            Err(error) => return Err(error),
        };
        if kind != Kind::Pdf {
            return Ok(Stage::Whole(kind.extension().into()));
        }
        match self.inspect(self.documents.open_part(&upload.id).await?).await {
            Ok(_) => Ok(Stage::Whole(kind.extension().into())),
            Err(Error::Unprintable(Refusal::Encrypted)) => Ok(Stage::Locked),
            Err(Error::Corrupted) => refused(Refusal::Corrupted),
            Err(error) => Err(error),
        }
    }

    async fn set_stage(&self, upload: &Upload) -> Result<(), Error> {
        let (id, stage) = (upload.id.clone(), upload.stage.clone());
        self.store.write(move |db| uploads::set_stage(db, &id, &stage)).await?;
        if matches!(upload.stage, Stage::Refused(_)) {
            self.documents.remove_part(&upload.id).await;
        }
        Ok(())
    }

    /// Opens a locked upload: its bytes are exchanged for the same document without its password, which is told to a
    /// jailed child and to nobody else. Hold it.
    pub async fn unlock_upload(&self, upload: &Upload, password: &str) -> Result<(), Error> {
        let id = upload.id.clone();
        if upload.tries >= self.settings.upload.passwords {
            self.forget_upload(&upload.id).await?;
            return Err(Error::UploadUnknown);
        }
        let file = self.documents.open_part(&upload.id).await?;
        let open = match self.assemble(vec![file], Some(password)).await {
            Err(Error::Unprintable(Refusal::Encrypted)) => {
                self.store.write(move |db| uploads::tried(db, &id)).await?;
                return Err(Error::WrongPassword);
            }
            other => other?,
        };
        let bytes = self.documents.exchange_part(&upload.id, open).await?;
        // Should the kiosk die here, the open document is longer or shorter than what came: it is taken as it is.
        self.store.write(move |db| uploads::unlocked(db, &id, bytes)).await
    }

    /// Makes one document of whole uploads, in their order, and gives its code. Hold the first.
    pub async fn order_uploads(&self, parts: Vec<Upload>, title: String, ticket: Ticket) -> Result<ReleaseCode, Error> {
        let mut kinds = Vec::with_capacity(parts.len());
        for part in &parts {
            match &part.stage {
                Stage::Whole(kind) => kinds.push(Kind::from_extension(kind).unwrap_or(Kind::Pdf)),
                Stage::Locked => return Err(Error::Unprintable(Refusal::Encrypted)),
                Stage::Ordered { .. } => return Err(Error::AlreadyUploaded),
                Stage::Coming | Stage::Refused(_) => return Err(Error::NotUploaded),
            }
        }
        let member = parts.first().and_then(|part| part.member);
        let order = Order { member, source: "web".into(), title, ticket };
        let mut contents =
            Contents { uploads: parts.iter().map(|part| part.id.clone()).collect(), ..Contents::default() };
        let kept = match (kinds.as_slice(), parts.as_slice()) {
            ([Kind::Pdf], [only]) => {
                let incoming = self.documents.adopt(&only.id).await?;
                self.keep(&order.ticket, incoming, Kind::Pdf.media_type()).await.map(|document| {
                    contents.document = Some(document);
                })
            }
            _ => self.keep_sources(&parts, &kinds, &mut contents.sources).await,
        };
        let ordered = match kept {
            Ok(()) => self.insert(order, contents.clone()).await,
            Err(error) => Err(error),
        };
        match &ordered {
            Ok(_) => {
                for part in &parts {
                    self.documents.remove_part(&part.id).await;
                }
            }
            Err(_) => self.remove_contents(&contents).await,
        }
        ordered
    }

    async fn keep_sources(&self, parts: &[Upload], kinds: &[Kind], sources: &mut Vec<Source>) -> Result<(), Error> {
        for (part, kind) in parts.iter().zip(kinds) {
            let incoming = self.documents.adopt(&part.id).await?;
            sources.push(self.keep_source(incoming, *kind).await?);
        }
        Ok(())
    }

    fn oldest_upload(&self) -> i64 {
        let hours = i64::try_from(self.settings.upload.keep_hours).unwrap_or(i64::MAX);
        self.lived.now().saturating_sub(hours.saturating_mul(3_600_000))
    }

    /// Forgets uploads whose phones did not come back.
    pub(super) async fn expire_uploads(&self) -> Result<(), Error> {
        let oldest = self.oldest_upload();
        let gone = self.store.write(move |db| uploads::expire(db, oldest)).await?;
        for id in &gone {
            self.documents.remove_part(id).await;
        }
        if !gone.is_empty() {
            tracing::info!(uploads = gone.len(), "uploads expired");
        }
        Ok(())
    }

    /// Makes rows and files of uploads agree after a restart.
    pub(super) async fn sweep_uploads(&self) -> Result<(), Error> {
        let rows = self.store.read(uploads::waiting).await?;
        let files = self.documents.parts()?;
        for id in files.iter().filter(|id| !rows.contains(id)) {
            self.documents.remove_part(id).await;
        }
        for id in rows.into_iter().filter(|id| !files.contains(id)) {
            tracing::warn!("an upload's file is gone; it must come anew");
            self.store.write(move |db| uploads::forget(db, &id)).await?;
        }
        Ok(())
    }
}
