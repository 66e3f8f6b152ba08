// The upload page: one file, several, photos in one document, cropped and cleaned, a reload and a lost network in the middle, a
// password, somebody who is no member, and no script at all.
//
// usage: upload.mjs URL

import { readFileSync } from "node:fs"
import { assert, ask, complaints, good, open, run, until, url } from "./browser.mjs"

const sample = { name: "пример.pdf", mimeType: "application/pdf", buffer: readFileSync(new URL("../../assets/demo/sample.pdf", import.meta.url)) }

/** A PDF as heavy as is wanted: its end stands behind a comment once more. */
function heavy(bytes) {
  const start = /startxref\s+(\d+)/.exec(sample.buffer.toString("latin1").slice(-1000))[1]
  const end = Buffer.from(`\nstartxref\n${start}\n%%EOF\n`)
  const filling = Buffer.alloc(bytes - sample.buffer.length - end.length, "%")
  return { ...sample, name: "большой.pdf", buffer: Buffer.concat([sample.buffer, filling, end]) }
}

/** A sheet with lines, photographed a little askew in yellow light. */
async function photo(page, name, degrees = 3) {
  const text = await page.evaluate((degrees) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 800 })
    const context = canvas.getContext("2d")
    context.fillStyle = "#cdbd8e"
    context.fillRect(0, 0, 600, 800)
    context.translate(300, 400)
    context.rotate((degrees * Math.PI) / 180)
    context.fillStyle = "#2a2620"
    for (let line = -10; line <= 10; line++) for (let word = -4; word < 4; word++) context.fillRect(word * 60, line * 32, 44, 9)
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1]
  }, degrees)
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(text, "base64") }
}

async function member(page) {
  await page.fill("#surname", "Иванов")
  await page.fill("#number", "1015000")
}

async function pin(page) {
  await page.waitForURL(/\/j\/\w+/)
  return page.url().split("/j/")[1].split("?")[0]
}

const file = async (name) => {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`${url}/file/${name}`)
    if (answer.ok) return Buffer.from(await (await fetch(`${url}/static/${(await answer.json()).filename}`)).arrayBuffer())
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.fail("never made ready")
}

async function one(browser, options) {
  const page = await open(browser, options)
  await page.goto(url)
  await good(page, "upload empty")
  await page.click("#go")
  assert((await page.textContent("#error")).length > 5, "nothing is said of no file")
  await page.setInputFiles("#file", sample)
  await member(page)
  await good(page, "upload chosen")
  await page.click("#go")
  assert.equal((await file(await pin(page))).compare(sample.buffer), 0)
  await page.context().close()
}

async function strangers(browser) {
  const page = await open(browser, { expected: /status of 403/ })
  await page.goto(url)
  await page.setInputFiles("#file", sample)
  await page.fill("#surname", "Никто")
  await page.fill("#number", "7")
  await page.click("#go")
  await until("it is said", async () => /профсоюз/.test(await page.textContent("#error")))
  assert.equal(await page.getAttribute("#surname", "aria-invalid"), "true")
  await good(page, "upload stranger")
  // What is remembered comes back, and goes when nobody wants it any more.
  await member(page)
  await page.check("#remember")
  await page.click("#go")
  await pin(page)
  await page.goto(url)
  assert.equal(await page.inputValue("#number"), "1015000")
  await page.uncheck("#remember")
  await page.reload()
  assert.equal(await page.inputValue("#number"), "")
  await page.context().close()
}

async function photos(browser, options) {
  const page = await open(browser, options)
  await page.goto(url)
  await page.setInputFiles("#file", [await photo(page, "первая.jpg"), sample, await photo(page, "вторая.jpg", -4), await photo(page, "третья.jpg", 0)])
  await until("pictures are shown", async () => (await page.locator(".file img:not([hidden])").count()) === 3)
  const names = () => page.locator(".file bdi").allTextContents()
  // Over the document between them: only the order of pictures means something.
  await page.locator(".file", { hasText: "третья.jpg" }).locator("[data-do=up]").click()
  assert.deepEqual((await names()).filter((name) => name.endsWith(".jpg")), ["первая.jpg", "третья.jpg", "вторая.jpg"])
  const row = page.locator(".file", { hasText: "первая.jpg" })
  await row.locator("[data-do=edit]").click()
  await until("the editor opens", () => page.locator("#editor[open]").count())
  await page.locator("#editor [data-turn='90']").click()
  const grip = page.locator("#editor [data-grip='1 1']")
  const box = await page.locator("#editor canvas").boundingBox()
  const at = await grip.boundingBox()
  await page.mouse.move(at.x + 22, at.y + 22)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height, { steps: 4 })
  await page.mouse.up()
  await grip.press("ArrowLeft")
  await page.locator("#editor [type=checkbox]").check()
  await good(page, "upload editor")
  await page.locator("#editor [data-end=yes]").click()
  // No picture can be decoded while another takes its place.
  const shape = () => row.locator("img").evaluate(async (image) => (await image.decode(), image.naturalWidth / image.naturalHeight)).catch(() => 0)
  // Turned it is 800 wide and 600 high; of the width 48 hundredths are left.
  await until("it is cropped", async () => Math.abs((await shape()) - (800 * 0.48) / 600) < 0.02)
  await member(page)
  await good(page, "upload photos")
  await page.click("#go")
  await until("codes are shown", () => page.locator("#codes:not([hidden])").count())
  await good(page, "upload codes")
  const codes = await page.locator("#codes .pin").allTextContents()
  assert.equal(codes.length, 2, codes.join(" "))
  const made = (await Promise.all(codes.map(file))).map((bytes) => bytes.toString("latin1"))
  assert(made.some((text) => (text.match(/\/Type\s*\/Page\b/g) ?? []).length === 3), "three pages in one document")
  await page.context().close()
}

async function scan(browser) {
  const page = await open(browser)
  await page.goto(url)
  for (const degrees of [-5, -1.5, 0, 2, 6]) {
    const { name, buffer } = await photo(page, "x.jpg", degrees)
    const [found, corner, ink] = await page.evaluate(async ([name, bytes, place]) => {
      const { clean, skew } = await import(new URL("upload-scan.js", place))
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
      const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height })
      canvas.getContext("2d", { willReadFrequently: true }).drawImage(bitmap, 0, 0)
      const found = skew(canvas)
      const cleaned = clean(canvas).getContext("2d")
      const pixel = (x, y) => [...cleaned.getImageData(x, y, 1, 1).data.slice(0, 3)]
      return [found, pixel(40, 420), pixel(310, 404), name]
    }, [name, [...buffer], await page.evaluate(() => document.querySelector("script[type=module]").src)])
    assert(Math.abs(found - degrees) <= 0.5, `${degrees} degrees were taken for ${found}`)
    assert(Math.min(...corner) > 235, `paper is ${corner}`)
    assert(Math.max(...ink) < 110, `ink is ${ink}`)
  }
  assert.deepEqual(complaints(page), [])
  await page.context().close()
}

async function broken(browser) {
  const page = await open(browser, { expected: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_CONNECTION|Failed to load resource/ })
  await page.goto(url)
  await page.session.send("Network.enable")
  const slow = (bytes, offline = false) => page.session.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: bytes })
  await slow(400_000)
  const document = heavy(12_000_000)
  await page.setInputFiles("#file", document)
  await member(page)
  await page.click("#go")
  const value = () => page.locator(".file progress").evaluate(({ value }) => value).catch(() => 0)
  await until("it goes", async () => (await value()) > 15)
  await good(page, "upload going")
  await slow(400_000, true)
  await until("it says that the network is gone", async () => /Нет связи/.test(await page.locator(".file .state").textContent()), 30_000)
  await good(page, "upload offline")
  await slow(400_000)
  await until("it goes on", async () => /Загружаем/.test(await page.locator(".file .state").textContent()), 30_000)
  const before = await value()
  await page.reload()
  await slow(400_000)
  await until("it goes on after a reload", async () => (await value()) > before - 30)
  // A second tab leaves it alone.
  const second = await open(browser, { context: page.context() })
  await second.goto(url)
  await second.waitForTimeout(500)
  assert.equal(await second.locator(".file").count(), 0, "two tabs at one upload")
  await second.close()
  await slow(-1)
  assert.equal((await file(await pin(page))).compare(document.buffer), 0)
  complaints(page)
  await page.context().close()
}

async function restarted(browser) {
  const page = await open(browser, { expected: /./ })
  await page.goto(url)
  await page.session.send("Network.enable")
  await page.session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_000_000 })
  const document = heavy(6_000_000)
  await page.setInputFiles("#file", document)
  await member(page)
  await page.click("#go")
  await until("it goes", async () => (await page.locator(".file progress").evaluate(({ value }) => value).catch(() => 0)) > 30)
  await ask("restart")
  assert.equal((await file(await pin(page))).compare(document.buffer), 0)
  await page.context().close()
}

async function locked(browser) {
  const bytes = await ask("locked")
  if (!bytes) return
  const page = await open(browser, { expected: /status of 4(15|22)/ })
  await page.goto(url)
  await page.setInputFiles("#file", { ...sample, name: "тайна.pdf", buffer: Buffer.from(bytes, "base64") })
  await member(page)
  await page.click("#go")
  const input = page.locator(".unlock input")
  await input.waitFor({ state: "visible" })
  await good(page, "upload locked")
  // Whoever does not know the password takes it out again, and goes on.
  await page.locator("[data-do=remove]").click()
  await until("it is gone", async () => (await page.locator(".file").count()) === 0 && page.locator("#go").isEnabled())
  await page.setInputFiles("#file", { ...sample, name: "тайна.pdf", buffer: Buffer.from(bytes, "base64") })
  await page.click("#go")
  await input.waitFor({ state: "visible" })
  await input.fill("wrong")
  await page.locator("[data-do=unlock]").click()
  await until("it is said", async () => /не подошёл/.test(await page.locator(".file .state").textContent()))
  await input.fill("secret")
  await input.press("Enter")
  assert((await file(await pin(page))).subarray(0, 5).toString() === "%PDF-")
  await page.context().close()
}

/** What is no PDF: it is made ready behind its code, and reads as HTML that may do nothing. */
async function text(browser, options) {
  const page = await open(browser, options)
  // The list is loaded when something is chosen, and whoever is faster than that loses nothing.
  await page.route(/upload-list\.js/, async (route) => (await new Promise((done) => setTimeout(done, 700)), route.continue()))
  await page.goto(url)
  // "Привет, мир!" in Windows-1251, and what must stay words.
  const letters = Buffer.concat([Buffer.from("cff0e8e2e5f22c20ece8f021", "hex"), Buffer.from("\r\n<script>document.title='ran'</script>\r\n")])
  await page.setInputFiles("#file", { name: "Список.txt", mimeType: "text/plain", buffer: letters })
  await member(page)
  await page.click("#go")
  assert((await file(await pin(page))).subarray(0, 5).toString() === "%PDF-")
  const words = () => page.frames().at(-1).evaluate(() => document.body.textContent).catch(() => "")
  await until("it is shown how it reads", async () => /Привет, мир!\s*<script>/.test(await words()))
  assert.notEqual(await page.title(), "ran")
  await until("its pages are shown", () => page.locator("#pictures img").count())
  await good(page, "job read")
  await page.context().close()
}

async function refused(browser) {
  const page = await open(browser)
  await page.goto(url)
  const name = `${"д".repeat(200)} "кавычки" \u202Efdp.exe`
  await page.setInputFiles("#file", [
    { name: "пусто.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) }, { name, mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
  ])
  await until("both are refused", async () => (await page.locator(".file .bad").count()) === 2)
  await good(page, "upload refused")
  await page.locator("[data-do=remove]").first().click()
  await page.locator("[data-do=remove]").first().click()
  assert.equal(await page.locator("#chosen:not([hidden])").count(), 0)
  await page.setInputFiles("#file", Array.from({ length: 12 }, (_, index) => ({ ...sample, name: `${index}.pdf` })))
  await until("ten are taken", async () => (await page.locator(".file").count()) === 10)
  assert(/не больше/.test(await page.textContent("#error")))
  await page.context().close()
}

async function plain(browser) {
  const page = await open(browser, { javascript: false })
  await page.goto(url)
  await page.setInputFiles("#file", sample)
  await member(page)
  await good(page, "upload")
  await page.click("#go")
  assert.equal((await file(await pin(page))).compare(sample.buffer), 0)
  await page.context().close()
}

await run(async (browser) => {
  await one(browser, {})
  await one(browser, { size: "wide", theme: "dark", language: "en" })
  await strangers(browser)
  await photos(browser, {})
  await photos(browser, { size: "wide", theme: "dark", language: "en" })
  await scan(browser)
  await text(browser, {})
  await text(browser, { size: "wide", theme: "dark", language: "en" })
  await refused(browser)
  await plain(browser)
  await locked(browser)
  await broken(browser)
  await restarted(browser)
})
