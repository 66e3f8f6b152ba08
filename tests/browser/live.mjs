// What happens by itself: print here, progress, a fault that comes and goes, two tabs, a restart, a deletion.
//
// usage: live.mjs URL PIN, with ASK: `scene` (the panel's tree), `slow SECONDS`, `fault REASON`, `fault`, `stop`, `start`

import { ask, assert, good, open, run, until, url, words } from "./browser.mjs"

const [pin] = words
// A kiosk that is switched off cannot be reached, and the console says so.
const OFF = /ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|CONNECTION_RESET|CONNECTION_CLOSED)|410 \(Gone\)|404 \(Not Found\)/

const state = (page) => page.getAttribute("#state", "class").then((name) => name.split(" ").at(-1), () => "")
// A printer in software decodes all pages before the first comes out.
const is = (page, look) => until(`state ${look}`, async () => (await state(page)) === look, 60_000)

let place

/** Opens the page as a phone that scanned the panel's code; the visit that this begins outlives the code. */
async function visit(page) {
  place ??= new URL(JSON.parse(await ask("scene")).qr).search
  await page.goto(`${url}/j/${pin}${place}`)
  await page.waitForSelector("#here button.primary")
  place = `?${new URLSearchParams({ visit: await page.inputValue("[name=visit] >> nth=0") })}`
}

/** Somebody watches with a screen reader: what is told at all. */
const heard = (page) => page.evaluate(() => {
  globalThis.heard = []
  new MutationObserver(() => globalThis.heard.push(document.querySelector("#state progress")?.value)).observe(document.body, { subtree: true, childList: true, attributes: true })
})

async function printing(page) {
  await visit(page)
  await good(page, "job print here")
  await ask("slow", "3")
  await page.click("#here button.primary")
  await page.waitForSelector("#state progress")
  await heard(page)
  await good(page, "job printing")
  await is(page, "completed")
  const values = (await page.evaluate(() => globalThis.heard)).filter(Number.isFinite)
  assert(new Set(values).size >= 3, `progress came in ${[...new Set(values)]}`)
  await good(page, "job completed")
}

async function broken(page) {
  const say = (ru, en) => (page.name.includes("-ru-") ? ru : en)
  await visit(page)
  await ask("slow", "1")
  await ask("fault", "media-empty-error")
  await page.click("#here button.primary")
  await is(page, "fault")
  assert.match(await page.textContent("#state h2"), say(/бумаг/i, /paper/i))
  assert.match(await page.textContent("#state p"), say(/бумаг/i, /paper/i), "what to do is told, and no number")
  await good(page, "job fault")
  await ask("fault")
  await is(page, "completed")
  assert.doesNotMatch(await page.textContent("#state"), say(/бумаг/i, /paper/i))
}

async function tabs(browser, page) {
  const other = await open(browser, { context: page.context(), size: "wide" })
  await Promise.all([page, other].map((tab) => tab.goto(`${url}/j/${pin}`)))
  await other.fill("#copies", "3")
  await until("the other tab follows", () => page.$eval("#copies", ({ value }) => value === "3"))
  assert(await page.isVisible("#elsewhere"), "and says why")
  await good(page, "job changed elsewhere")
  return other
}

async function restart(page) {
  await ask("stop")
  await until("the page says that the kiosk is gone", () => page.isVisible("#lost.now"))
  await good(page, "job kiosk away")
  await ask("start")
  await until("it goes on", () => page.isVisible("#lost.back"), 20_000)
  await page.fill("#copies", "2")
  await until("and keeps what is chosen", async () => (await page.textContent("#kept")) !== "" && (await (await page.context().request.get(`${url}/file/${pin}`)).json()).options.copies === 2)
}

await run(async (browser) => {
  const page = await open(browser, { expected: OFF })
  await printing(page)
  await broken(page)
  await page.context().close()
  const english = await open(browser, { language: "en", theme: "dark", size: "wide", expected: OFF })
  await broken(english)
  const phone = await open(browser, { expected: OFF })
  const other = await tabs(browser, phone)
  other.wrong.length = 0
  await restart(phone)
  // Deleted in one tab; the other hears of it.
  await other.reload()
  await other.click("details:has(#delete) summary")
  await other.click("#delete button")
  await other.waitForURL(/deleted/)
  await phone.waitForSelector("main h1:not(.code h1)")
  await until("the page says that it was deleted", async () => (await phone.$("#job")) === null)
  assert.match(await phone.textContent("main"), /Документ удалён/)
  await good(phone, "job deleted")
  assert.equal(await phone.evaluate(() => localStorage.getItem("ottisk.jobs")), null)
})
