// The first load of a page on a slow network: every byte over the wire, fonts and the page itself among them.
//
// usage: budget.mjs URL BYTES PATH …

import { assert, good, open, run, url, words } from "./browser.mjs"

const [most, ...paths] = words

await run(async (browser) => {
  for (const path of paths) {
    for (const language of ["ru", "en"]) {
      const page = await open(browser, { language })
      await page.session.send("Network.enable")
      await page.session.send("Network.setCacheDisabled", { cacheDisabled: true })
      const names = new Map()
      const loaded = []
      page.session.on("Network.requestWillBeSent", ({ requestId, request }) => names.set(requestId, request.url))
      page.session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        const name = names.get(requestId)?.replace(url, "") ?? ""
        // Pictures of the document's own pages come after the page, as they are made.
        if (!/\/page-\d+\.png/.test(name)) loaded.push([encodedDataLength, name])
      })
      await page.goto(url + path)
      await page.evaluate(() => document.fonts.ready)
      await page.waitForTimeout(500)
      const bytes = loaded.reduce((sum, [size]) => sum + size, 0)
      const shown = path.startsWith("/j/") ? "/j/PIN" : path
      const list = loaded.map(([size, name]) => `${size} ${name.replace(path, shown)}`).join(", ")
      assert(loaded.length >= 4, `too few files: ${list}`)
      assert(bytes < Number(most), `${shown} in ${language}: ${bytes} bytes: ${list}`)
      console.log(`budget: ${shown} in ${language}: ${bytes} bytes in ${loaded.length} files (${list})`)
    }
  }
})
