// The harness notices what it is there for: a page that breaks the policy, one that is hard to read, one that is too wide.

import { assert, complaints, good, open, run, violations } from "./browser.mjs"

const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"
const BAD = `<!doctype html><html lang="en"><title>bad</title><main><h1>Bad</h1>
  <p style="color: #ccc">inline</p><script>document.title = "ran"</script><input><a href="#x">x</a></main>`
const PALE = `<!doctype html><html lang="en"><title>pale</title><meta name="viewport" content="width=device-width">
  <link rel="stylesheet" href="/pale.css"><main><h1>Pale</h1><p>hardly seen</p></main>`

await run(async (browser) => {
  const page = await open(browser)
  const serve = (path, body, type) => page.route(`http://127.0.0.1:1${path}`, (route) =>
    route.fulfill({ body, contentType: type, headers: { "content-security-policy": POLICY } }))
  await serve("/bad", BAD, "text/html")
  await serve("/pale", PALE, "text/html")
  await serve("/pale.css", "body { background: #fff } p { color: #ccc; width: 900px }", "text/css")
  await page.goto("http://127.0.0.1:1/bad")
  assert.equal(await page.title(), "bad", "an inline script ran")
  const told = complaints(page)
  assert.equal(told.filter((text) => /Content Security Policy/.test(text)).length, 2, told.join("\n"))
  assert((await violations(page)).some(({ id }) => id === "label"), "axe says nothing of a field without a name")
  complaints(page)
  await page.goto("http://127.0.0.1:1/pale")
  assert((await violations(page)).some(({ id }) => id === "color-contrast"), "axe says nothing of pale text")
  await assert.rejects(() => good(page, "pale"))
  console.log("the harness sees")
})
