// Jobs of this phone: their codes lie in its own memory, and the kiosk says how they are. What it does not know any more
// leaves the list.

import { fill, find } from "./page.js"

const PLACE = "ottisk.jobs"

/** Codes that are remembered; the kiosk answers for so many at a time. */
const MOST = 20

function load() {
  try {
    const pins = JSON.parse(localStorage.getItem(PLACE)) ?? []
    return Array.isArray(pins) ? pins.filter((pin) => typeof pin === "string").slice(0, MOST) : []
  } catch {
    return []
  }
}

function store(pins) {
  try {
    if (pins.length) localStorage.setItem(PLACE, JSON.stringify(pins.slice(0, MOST)))
    else localStorage.removeItem(PLACE)
  } catch { /* no storage: nothing is remembered */ }
}

export const remember = (pin) => store([pin, ...load().filter((known) => known !== pin)])
export const forget = (pin) => store(load().filter((known) => known !== pin))

async function ask(body) {
  const answer = await fetch("/j", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
  const told = await answer.json()
  if (!answer.ok) throw new Error(document.documentElement.lang === "ru" ? told.detail_ru : told.detail)
  return told.jobs
}

function row(section, { pin, title, look, state, printable }) {
  const item = document.createElement("li")
  const visit = section.dataset.visit
  const link = Object.assign(document.createElement("a"), { href: `/j/${encodeURIComponent(pin)}${visit ? `?${new URLSearchParams({ visit })}` : ""}` })
  const name = Object.assign(document.createElement("bdi"), { textContent: title })
  const told = Object.assign(document.createElement("small"), { textContent: `${pin} · ${state}`, className: look })
  link.append(name, told)
  if (visit) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: pin, disabled: !printable })
    box.ariaLabel = fill(section.dataset.choose, { title })
    const label = Object.assign(document.createElement("label"), { className: "tick" })
    label.append(box)
    item.append(label)
  }
  item.append(link)
  return item
}

async function list(section) {
  const [items, told, print] = ["#mine-list", "#mine-told", "#mine-print"].map((selector) => find(selector, section))
  const { visit, sent } = section.dataset
  const show = (jobs) => {
    // Its own order, newest first; the kiosk leaves out what is over.
    const pins = load().filter((pin) => jobs.some((job) => job.pin === pin))
    store(pins)
    items.replaceChildren(...pins.map((pin) => row(section, jobs.find((job) => job.pin === pin))))
    section.hidden = !pins.length
    print.hidden = !visit || !jobs.some((job) => job.printable)
  }
  find("#mine-forget", section).addEventListener("click", () => {
    store([])
    section.hidden = true
  })
  print.addEventListener("click", async () => {
    const pins = [...items.querySelectorAll(":checked")].map((box) => box.value)
    if (!pins.length) return
    print.disabled = true
    told.hidden = false
    try {
      await ask({ pins, visit })
      told.textContent = sent
      show(await ask({ pins: load() }))
    } catch (error) {
      told.textContent = error.message
    }
    print.disabled = false
  })
  if (load().length) show(await ask({ pins: load() }).catch(() => []) )
}

const section = find("#mine")
if (section) list(section)
