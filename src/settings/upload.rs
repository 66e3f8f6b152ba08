//! `[upload]`: what phones may send through the page at `/`, and how long what is not finished waits for them.

use serde::Deserialize;

use super::SettingsError;

/// `[upload]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upload {
    /// Extensions of the formats that the page takes, told apart by their content; all that can be printed by default.
    pub formats: Vec<String>,
    /// Files that the page takes at one time: more do not fit a phone's screen.
    pub files: u32,
    /// Files that one document may be made of.
    pub document_files: u32,
    /// Uploads that are not documents yet, of all phones together: each is a row and a file.
    pub uploads: u32,
    /// Uploads of one member that are not documents yet.
    pub uploads_of_member: u32,
    /// Bytes announced by one member that are not documents yet: ten of the largest documents.
    pub bytes_of_member: u64,
    /// Hours an upload that is not finished waits for its phone: a night without a network is forgiven.
    pub keep_hours: u64,
    /// Bytes after which what came is brought to the disk and told as come: what a dying kiosk may lose of an upload.
    pub sync_bytes: u64,
    /// Seconds a document may take to be made ready for printing once it is its turn; nodes have their own.
    pub ready_timeout_s: u64,
    /// Documents that are being made ready at one time, photographs apart: more than one where nodes make them, or the board
    /// has room for two of LibreOffice's processes.
    pub ready_at_once: usize,
    /// Bytes of what is made ready for printing: pictures grow when they are unpacked.
    pub ready_bytes: u64,
    /// Characters of a document's password.
    pub password_chars: usize,
    /// Wrong passwords after which an upload is forgotten.
    pub passwords: u32,
}

impl Default for Upload {
    fn default() -> Self {
        let formats = "pdf doc docx rtf odt txt xls xlsx xlsb xlsm ods ppt pptx odp jpg jpeg bmp png gif tif tiff";
        Self {
            formats: formats.split(' ').map(str::to_owned).collect(),
            files: 10,
            document_files: 20,
            uploads: 500,
            uploads_of_member: 40,
            bytes_of_member: 250_000_000,
            keep_hours: 24,
            sync_bytes: 2 << 20,
            ready_timeout_s: 180,
            ready_at_once: 4,
            ready_bytes: 200_000_000,
            password_chars: 127,
            passwords: 20,
        }
    }
}

impl Upload {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if [self.files, self.document_files, self.uploads, self.uploads_of_member, self.passwords].contains(&0)
            || self.sync_bytes == 0
            || self.ready_at_once == 0
        {
            let why = "upload: numbers of files and uploads, sync_bytes and ready_at_once must be 1 or more";
            return Err(SettingsError(why.into()));
        }
        Ok(())
    }
}
