// A browser for one case: Debian's Chromium driven by playwright-core, and axe-core in a world of its own, so that the
// pages' strict Content-Security-Policy stands as people meet it. Whatever the console complains of fails the case.
//
// A case is `node CASE.mjs URL [argument …]`. It exits 0 when all is well. A line `ASK word …` on stdout asks the Rust test that
// started it to do something (tests/browser.rs), whose answer is a line on stdin. OTTISK_PICTURES names a folder for
// screenshots.

import { createRequire } from "node:module"
import { createInterface } from "node:readline"
import { mkdirSync, readFileSync } from "node:fs"
import assert from "node:assert/strict"

const folder = process.env.OTTISK_BROWSER
const require = createRequire(`${folder}/node_modules/`)
const { chromium } = require("playwright-core")
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")

export { assert }
export const [url, ...words] = process.argv.slice(2)

/** The sizes that pages are tried at. */
export const SIZES = { phone: { width: 360, height: 740 }, wide: { width: 1280, height: 800 } }

/** WCAG 2.2 AA, and what axe calls best practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

// Where a background keeps axe from computing a contrast it is computed by hand: see the palette in base.css.
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-dev-shm-usage",
]

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Has the Rust test do something; its answer. */
export async function ask(...what) {
  console.log(`ASK ${what.join(" ")}`)
  return (await answers.next()).value
}

/** Runs a case, and ends the process. */
export async function run(body) {
  const browser = await chromium.launch({
    executablePath: process.env.OTTISK_CHROMIUM || "/usr/bin/chromium", headless: true, chromiumSandbox: false, args: FLAGS,
  })
  let failed
  try {
    await body(browser)
  } catch (error) {
    failed = error
  }
  await browser.close().catch(() => {})
  if (failed) console.log(failed.stack ?? failed)
  process.exit(failed ? 1 : 0)
}

/**
 * A page as a person has it: `language`, `theme`, `size`, and without `javascript`. A context of its own unless one is given;
 * `expected` is a pattern of complaints that belong to the case.
 */
export async function open(browser, options = {}) {
  const { language = "ru", theme = "light", size = "phone", javascript = true, touch = size === "phone" } = options
  const context = options.context ?? await browser.newContext({
    locale: language === "ru" ? "ru-RU" : "en-GB", colorScheme: theme, viewport: SIZES[size], deviceScaleFactor: 2,
    javaScriptEnabled: javascript, hasTouch: touch, isMobile: size === "phone", reducedMotion: options.motion ?? "reduce",
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const wrong = []
  const note = (text) => options.expected?.test(text) || wrong.push(text)
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && note(`console: ${message.text()}`))
  page.on("pageerror", (error) => note(`script: ${error.stack}`))
  page.on("requestfailed", (request) => {
    // A stream or a picture that is not wanted any more is no failure.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") note(`request: ${request.url()} ${request.failure()?.errorText}`)
  })
  const session = await context.newCDPSession(page)
  const name = `${size}-${language}-${theme}${javascript ? "" : "-plain"}`
  return Object.assign(page, { wrong, session, name, context: () => context, javascript })
}

/** What the page complained of since; none may be left at the end of a case. */
export function complaints(page) {
  return page.wrong.splice(0)
}

/** axe-core on the page as it stands, from an isolated world. */
export async function violations(page) {
  const { frameTree } = await page.session.send("Page.getFrameTree")
  const { executionContextId: contextId } =
    await page.session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" })
  const evaluate = async (expression) => {
    const { result, exceptionDetails } =
      await page.session.send("Runtime.evaluate", { expression, contextId, awaitPromise: true, returnByValue: true })
    assert(!exceptionDetails, JSON.stringify(exceptionDetails))
    return result.value
  }
  await evaluate(`${axe};0`)
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ["violations"] })
  // Without scripts the page's own promises do not run, and neither do axe's.
  return JSON.parse(await evaluate(`axe.run(document, ${options}).then(({ violations }) => JSON.stringify(violations))`))
}

/**
 * A state of a page is good: nobody complained, axe finds nothing, nothing hangs over at the side, and what is pressed is
 * large enough. `state` is its name, and its picture's.
 */
export async function good(page, state) {
  await page.evaluate(() => document.fonts.ready)
  const found = page.javascript ? await violations(page) : []
  const told = found.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((n) => `  ${n.html}\n  ${n.failureSummary}`).join("\n")}`)
  await picture(page, state)
  assert.deepEqual(told, [], `${state}, ${page.name}: axe`)
  assert.deepEqual(complaints(page), [], `${state}, ${page.name}: complaints`)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert(over <= 0, `${state}, ${page.name}: ${over} px hang over`)
  const small = await page.evaluate(smallTargets)
  assert.deepEqual(small, [], `${state}, ${page.name}: targets under 44 px`)
  console.log(`good: ${state}, ${page.name}`)
}

/** Runs in the page: what is pressed and is under 44 px high, a link in a line of text excepted. */
function smallTargets() {
  const small = []
  for (const element of document.querySelectorAll("a, button, input, select, summary")) {
    const target = element.closest("label") ?? element
    const box = target.getBoundingClientRect()
    const hidden = !element.checkVisibility({ visibilityProperty: true }) || box.width < 2 || element.closest(".skip, .hidden")
    const inText = element.matches("p > a") && getComputedStyle(element).display === "inline"
    if (!hidden && !inText && element.type !== "hidden" && (box.height < 43.5 || box.width < 43.5)) small.push(`${element.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)
  }
  return small
}

/** A picture of the whole page, when somebody wants pictures. */
export async function picture(page, state) {
  const place = process.env.OTTISK_PICTURES
  if (!place) return
  mkdirSync(place, { recursive: true })
  await page.screenshot({ path: `${place}/${state.replaceAll(" ", "-")}-${page.name}.png`, fullPage: true })
}

/** Waits until `look` gives something. */
export async function until(what, look, limit = 15_000) {
  const end = Date.now() + limit
  for (;;) {
    const found = await look()
    if (found) return found
    assert(Date.now() < end, `${what}: not within ${limit} ms`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
