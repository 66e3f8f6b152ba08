// A job's page: what is chosen, in the strip of pages and in the field, and that the kiosk has it.
//
// usage: job.mjs URL PIN, whose document has 12 pages

import { assert, good, open, run, until, url, words } from "./browser.mjs"

const [pin] = words
const LOOKS = [
  { size: "phone", language: "ru", theme: "light", walk: true }, { size: "phone", language: "en", theme: "dark" },
  { size: "wide", language: "ru", theme: "light" }, { size: "wide", language: "en", theme: "dark", walk: true },
]

const ticked = (page) => page.$$eval("#pictures input:checked", (boxes) => boxes.map((box) => Number(box.closest("li").dataset.page)))
const value = (page, name) => page.$eval(`#${name}`, (field) => field.value)
const told = (page) => page.textContent("output")
const stored = async (page) => (await page.context().request.get(`${url}/file/${pin}`)).json().then(({ options }) => options)

/** Waits until the kiosk has these options. */
const kept = (page, expected) => until(`kept ${JSON.stringify(expected)}`, async () => {
  const options = await stored(page)
  return Object.entries(expected).every(([name, wanted]) => options[name] === wanted)
})

/** In the page's language. */
const say = (page, ru, en) => (page.name.includes("-ru-") ? ru : en)

async function first(page) {
  await page.goto(`${url}/j/${pin}`)
  assert.equal(await page.getAttribute("html", "lang"), say(page, "ru", "en"))
  await page.waitForFunction(() => document.querySelector("#pictures img")?.naturalWidth > 100)
  await good(page, "job held")
}

async function choices(page) {
  // The field empties and everything is ticked.
  await page.fill("#pages", "")
  assert.deepEqual(await ticked(page), Array.from({ length: 12 }, (_, index) => index + 1))
  for (const number of [1, 2]) await page.click(`#pictures li[data-page="${number}"] .tick`)
  assert.equal(await value(page, "pages"), "3-12")
  await page.click('#pictures li[data-page="4"] .tick')
  assert.equal(await value(page, "pages"), "3, 5-12")
  await page.fill("#pages", "10-, 2, -1")
  assert.deepEqual(await ticked(page), [1, 2, 10, 11, 12])
  await kept(page, { pages: "1-1,2,10-12" })
  // The last tick stays: nothing at all cannot be printed.
  await page.fill("#pages", "7")
  await page.evaluate(() => document.querySelector('#pictures li[data-page="7"] .tick').click())
  assert.deepEqual([await ticked(page), await value(page, "pages")], [[7], "7"])
  assert.match(await page.textContent("#strip-told"), say(page, /хотя бы одна/, /least one/))

  // Sheets, as they are counted while one chooses.
  await page.fill("#pages", "1-5")
  assert.match(await told(page), say(page, /5\u00a0листов/, /5\u00a0sheets/))
  await page.click("label:has([name=two_sided][value='1'])")
  assert.match(await told(page), say(page, /3\u00a0листа/, /3\u00a0sheets/))
  await page.click("[data-step='1']")
  assert.match(await told(page), say(page, /6\u00a0листов/, /6\u00a0sheets/))
  await page.click("summary:has-text('" + say(page, "Как положить", "How pages lie") + "')")
  await page.click("label:has([name=number_up][value='2'])")
  assert.match(await told(page), say(page, /4\u00a0листа/, /4\u00a0sheets/))
  await kept(page, { pages: "1-5", copies: 2, two_sided: true })
  await good(page, "job options")
  await page.fill("#copies", "50")
  assert.match(await told(page), say(page, /можно не больше 50\u00a0листов/, /at most 50\u00a0sheets/))
  await page.fill("#copies", "1")
  await page.fill("#pages", "11-14")
  assert.match(await told(page), say(page, /Таких страниц нет/, /no such pages/))
  assert.equal(await page.getAttribute("#pages", "aria-invalid"), "true")
  await good(page, "job wrong pages")
  await page.waitForTimeout(700)
  assert.equal((await stored(page)).pages, "1-5", "what cannot be printed is not kept")
  await page.fill("#pages", "2-3")
  await kept(page, { pages: "2-3", copies: 1 })
  await page.reload()
  assert.deepEqual([await value(page, "pages"), await ticked(page)], ["2-3", [2, 3]])
  assert(await page.isChecked("[name=number_up][value='2']"), "two pages on a side are kept")

  // A page looked at closely, by keyboard alone.
  const link = page.locator('#pictures li[data-page="2"] a')
  await link.focus()
  await page.keyboard.press("Enter")
  await page.waitForFunction(() => document.querySelector("#look-picture")?.naturalWidth > 600)
  assert.match(await page.textContent("#look-number"), say(page, /Страница 2 из 12/, /Page 2 of 12/))
  await good(page, "job look")
  await page.keyboard.press("ArrowRight")
  assert.match(await page.textContent("#look-number"), /3/)
  await page.keyboard.press("Escape")
  assert.equal(await page.isVisible("#look"), false)
  assert(await link.evaluate((link) => link === document.activeElement), "the focus comes back")
  await page.click("label:has([name=number_up][value='1'])")
  await page.click("label:has([name=two_sided][value='0'])")
  await page.fill("#pages", "")
  await kept(page, { pages: "", two_sided: false })
}

async function mine(page) {
  await page.goto(url)
  await page.waitForSelector("#mine-list a")
  assert.match(await page.textContent("#mine-list"), new RegExp(pin))
  await good(page, "jobs of this phone")
  await page.click("#mine-forget")
  assert.equal(await page.isVisible("#mine"), false)
  await page.evaluate(() => localStorage.setItem("ottisk.jobs", '["NOBODY"]'))
  await page.reload()
  await until("a code that is over leaves the list", () => page.evaluate(() => localStorage.getItem("ottisk.jobs") === null))
  await page.goto(`${url}/j/NOBODY`)
}

await run(async (browser) => {
  for (const { walk, ...looks } of LOOKS) {
    const page = await open(browser, { ...looks, expected: /404 \(Not Found\)/ })
    await first(page)
    if (walk) {
      await choices(page)
      await mine(page)
      await good(page, "no such code")
    }
    await page.context().close()
  }
})
