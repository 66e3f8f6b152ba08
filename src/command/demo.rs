//! `ottisk demo`: the real assembly on embedded defaults: loopback, a fresh folder, the file printer, one sample member
//! and one sample document waiting.

use std::{io::Write as _, path::PathBuf, rc::Rc};

use super::{
    Failure,
    arguments::{Arguments, Common},
};
use crate::{
    access::{hex, scope},
    http::Doors,
    job::{code::draw, ticket::Ticket},
    kiosk::{Kiosk, now},
    member::Member,
    settings::Settings,
    store::{documents::Sender, jobs::Order},
};

pub(super) const HELP: &str = "\
ottisk demo                           try it: http://127.0.0.1:8080, pages come out as pictures

  --listen ADDR:PORT        127.0.0.1:8080 by default
  --data DIR                a fresh folder by default
  --printer URI             file:///DATA/out by default
";

/// A document of our own making.
pub(super) const SAMPLE: &[u8] = include_bytes!("../../assets/demo/sample.pdf");
const SAMPLE_TITLE: &str = "Пример.pdf";

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let common = Common::read(arguments, "demo")?;
    super::start_log();
    let settings = settings(&common)?;
    let folder = settings.store.folder.clone();
    let (printer, code) = (settings.printer.uri.clone(), settings.service.code.clone());
    let kiosk = Kiosk::open(settings, true)?;
    let doors = Rc::clone(&kiosk.doors);
    let url = doors.settings.public_url();
    Ok(kiosk.live(async move {
        let (pin, token) = seed(&doors).await?;
        let text = format!(
            "Ottisk is ready. Ctrl-C ends it.\n\n\
             upload page    {url}/\n\
             panel          {url}/panel\n\
             printer        {printer}\n\
             data           {}\n\
             sample member  Иванов, union number 1015000, student number 02210001\n\
             sample PIN     {pin}\n\
             service code   {code}\n\
             admin token    {token}\n",
            folder.display()
        );
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        Ok(stdout.flush()?)
    })?)
}

fn settings(common: &Common) -> Result<Settings, Failure> {
    let mut settings = common.settings()?;
    if common.config.is_none() && common.listen.is_none() {
        settings.http.listen = ([127, 0, 0, 1], 8080).into();
    }
    if common.config.is_none() && common.data.is_none() {
        settings.store.folder = fresh_folder()?;
    }
    let folder = std::path::absolute(&settings.store.folder)?;
    settings.store.folder = folder;
    if settings.printer.uri.is_empty() {
        settings.printer.uri = format!("file://{}", settings.store.folder.join("out").display());
    }
    if settings.service.code.is_empty() {
        // Drawn, for a demo may be shown in a network too.
        let digits: Vec<char> = ('0'..='9').collect();
        settings.service.code = draw(&digits, 6, getrandom::fill).map_err(std::io::Error::other)?;
    }
    Ok(settings)
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let folder = std::env::temp_dir().join(format!("ottisk-demo-{}", hex(&bytes)));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The sample member, the sample document and an admin token: its PIN and the token.
async fn seed(doors: &Doors) -> Result<(String, String), anyhow::Error> {
    let told = |error: crate::error::Error| anyhow::anyhow!("{}", error.tell(crate::text::Language::En));
    let member = Member {
        username: "Иванов".into(),
        union_number: Some("1015000".into()),
        student_number: Some("02210001".into()),
    };
    doors.roster.upsert(vec![member]).await.map_err(told)?;
    let scopes = scope::ALL.iter().map(|&scope| scope.to_owned()).collect();
    let token = doors.gate.create("demo", scopes, now()).await.map_err(told)?;
    let found = doors.roster.find("Иванов", "1015000").await.map_err(told)?;
    let order = Order {
        member: found.map(|(id, _)| id),
        source: "demo".into(),
        title: SAMPLE_TITLE.into(),
        ticket: Ticket::default(),
    };
    let mut incoming = doors.queue.receive(SAMPLE.len() as u64, Sender::Known).await.map_err(told)?;
    incoming.write(SAMPLE).await?;
    let pin = doors.queue.order_with(order, incoming, "application/pdf").await.map_err(told)?;
    Ok((pin.as_str().to_owned(), token))
}
