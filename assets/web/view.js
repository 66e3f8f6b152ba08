// How an office document reads, beside how it prints: HTML that the preview service made, in a frame that may do nothing. Not
// there where the kiosk has no preview service, or none of this document.

/** Milliseconds between two looks at a preview that is being made, and how many of them. */
const LOOK = 1000
const LOOKS = 60

const json = async (address, options) => {
  const answer = await fetch(address, options)
  return answer.ok ? answer.json() : null
}

async function description(grant) {
  const address = `${grant.description_url ?? `/preview/${grant.document}/${grant.version}`}`.split("?")[0]
  const authorization = `Bearer ${grant.read_token}`
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = await json(address, { headers: { authorization } })
    if (found && found.state !== "in-progress") return { ...found, address }
    await new Promise((done) => setTimeout(done, LOOK))
  }
  return null
}

export async function view(section) {
  if (!section) return
  const told = section.querySelector("p")
  try {
    const grant = await json(section.dataset.preview, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
    if (!grant) return
    told.textContent = section.dataset.wait
    section.hidden = false
    const found = await description(grant)
    const file = found?.state === "complete" && found.format === "html" && found.pages?.[0]?.file
    if (!file) {
      const reason = found?.state === "error" && !["unsupported", "no-engine"].includes(found.error?.code)
      if (reason) told.textContent = document.documentElement.lang === "ru" ? found.error.ru : found.error.message
      section.hidden = !reason
      return
    }
    const frame = document.createElement("iframe")
    frame.title = section.ariaLabel
    frame.setAttribute("sandbox", "")
    frame.src = `${found.address}/${file}?${new URLSearchParams({ token: grant.read_token })}`
    section.replaceChildren(frame)
  } catch { /* the kiosk is out of reach: the page says so already */ }
}
