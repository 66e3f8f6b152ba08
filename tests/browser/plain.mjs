// The job's page without a script: the code is there, options are changed, it prints here, it is deleted.
//
// usage: plain.mjs URL PIN, with ASK: `scene`

import { ask, assert, good, open, run, until, url, words } from "./browser.mjs"

const [pin] = words

await run(async (browser) => {
  for (const looks of [{ size: "phone", language: "ru" }, { size: "wide", language: "en", theme: "dark" }]) {
    const page = await open(browser, { ...looks, javascript: false })
    await page.goto(`${url}/j/${pin}`)
    assert.match((await page.textContent("#pin")).replace(/\s/g, ""), new RegExp(pin))
    assert.equal(await page.isVisible("#copy"), false, "what needs a script is not there")
    await good(page, "plain job")
    await page.fill("#pages", "2-")
    await page.fill("#copies", "2")
    await page.click("form#options > button.primary")
    await page.waitForURL(/saved/)
    assert.equal(await page.inputValue("#pages"), "2-3")
    assert.equal(await page.inputValue("#copies"), "2")
    await page.fill("#pages", "9")
    await page.click("form#options > button.primary")
    assert(await page.isVisible("#error"), "pages that are not there are refused")
    await page.context().close()
  }
  const page = await open(browser, { javascript: false })
  const { qr } = JSON.parse(await ask("scene"))
  await page.goto(`${url}/j/${pin}${new URL(qr).search}`)
  await page.click("#here button.primary")
  await until("printed", async () => {
    await page.goto(`${url}/j/${pin}`)
    return page.$("#state.completed")
  })
  await page.click("details:has(#delete) summary")
  await page.click("#delete button")
  await page.waitForURL(/deleted/)
  assert(await page.isVisible(".note"), "it is said that it is gone")
})
