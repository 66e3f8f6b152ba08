// A job's page: the code is copied, the options are kept, and what happens is told as it happens.

import { follow } from "./events.js"
import { keep } from "./keep.js"
import { look } from "./look.js"
import { forget, remember } from "./mine.js"
import { fill, find, root } from "./page.js"
import { tellSheets } from "./sheets.js"
import { strip } from "./strip.js"
import { view } from "./view.js"

const pin = find("#job").dataset.pin
const inWords = (told, name) => told[root.lang === "ru" ? `${name}_ru` : name]
let kept
/** What was told last of how far it came: a page on its way may be older. */
let came

async function copy({ currentTarget: button }) {
  try {
    await navigator.clipboard.writeText(pin)
  } catch {
    // Without TLS there is no clipboard API.
    const field = Object.assign(document.createElement("input"), { value: pin, readOnly: true })
    button.after(field)
    field.select()
    document.execCommand("copy")
    field.remove()
    button.focus()
  }
  find("#told").textContent = find("span", button).textContent = button.dataset.copied
}

function start() {
  find("#copy").addEventListener("click", copy)
  const form = document.forms.options
  kept = form && keep(form)
  strip(form)
  look()
  view(find("#view"))
  find("#delete").addEventListener("submit", () => forget(pin))
}

function gone() {
  forget(pin)
  end()
  find("main").replaceChildren(find("#gone").content)
  find("main h1").tabIndex = -1
  find("main h1").focus()
}

/** The page as the kiosk has it now, in place of this one; where the eye and the focus are, they stay. */
async function renew() {
  // With the visit, without what was said once.
  const visit = new URLSearchParams(location.search).get("visit")
  const answer = await fetch(`/j/${encodeURIComponent(pin)}${visit ? `?${new URLSearchParams({ visit })}` : ""}`)
  if (answer.status === 404) return gone()
  if (!answer.ok) throw new Error(answer.statusText)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const focused = document.activeElement?.id
  const scrolled = find("#pictures")?.scrollLeft
  find("#job").replaceWith(find("#job", page))
  find(".brand").replaceWith(find(".brand", page))
  start()
  if (came?.impressions > (find("#state progress")?.value ?? Infinity)) told.progress(came)
  if (scrolled) find("#pictures")?.scrollTo({ left: scrolled, behavior: "instant" })
  if (focused) document.getElementById(focused)?.focus()
}

const told = {
  async state(now) {
    if (now.state === "deleted") return gone()
    if (`${now.state} ${now.rest ?? ""}` !== find("#job").dataset.state) return renew().catch(() => {})
    const card = find("#state")
    card.className = `card state ${now.look}`
    find("h2", card).textContent = inWords(now, "title")
    const advice = find("p", card)
    if (advice && inWords(now, "advice")) advice.textContent = inWords(now, "advice")
    else if (advice && came) told.progress(came)
    const elsewhere = find("#elsewhere")
    if (kept?.follow(now.options) && elsewhere) {
      elsewhere.hidden = false
      tellSheets(document.forms.options)
    }
  },
  progress(now) {
    const { impressions, of } = came = now
    const card = find("#state")
    const bar = find("progress", card) ?? card.appendChild(document.createElement("progress"))
    bar.max = of
    bar.value = Math.min(impressions, of)
    bar.ariaLabel = find("h2", card).textContent
    const advice = find("p", card)
    // While something is wrong, what to do is worth more than a number.
    if (advice && !card.classList.contains("fault")) advice.textContent = fill(card.dataset.progress, { done: bar.value, of })
  },
  lost() {
    find("#lost").textContent = find("#lost").dataset.lost
    find("#lost").className = "lost now"
  },
  back() {
    find("#lost").textContent = find("#lost").dataset.back
    find("#lost").className = "lost back"
    setTimeout(() => find("#lost") && (find("#lost").className = "lost"), 4000)
  },
  look: renew,
}

remember(pin)
start()
const end = follow(pin, told)
