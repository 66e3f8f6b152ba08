// What is chosen on a job's page is kept as it is chosen: the kiosk has it before anybody walks to it.

import { find } from "./page.js"
import { parse } from "./pages.js"
import { tellSheets } from "./sheets.js"

/** Milliseconds of quiet after which a choice is kept. */
const QUIET = 500

/** The fields in which a choice lies. */
const FIELDS = ["pages", "copies", "two_sided", "color", "scaling", "number_up"]

export function keep(form) {
  const told = find("#kept")
  const error = find("#error")
  let timer
  let saving = 0
  const save = async () => {
    clearTimeout(timer)
    timer = undefined
    if (!tellSheets(form)) return
    saving++
    const data = new URLSearchParams([...new FormData(form), ["action", "change"]])
    told.textContent = form.dataset.saving
    try {
      // A redirect is the kiosk's yes; what it leads to is not needed.
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, redirect: "manual", keepalive: true })
      const good = answer.type === "opaqueredirect"
      told.textContent = good ? form.dataset.saved : ""
      const page = good ? null : new DOMParser().parseFromString(await answer.text(), "text/html")
      error.textContent = good ? "" : find("#error", page)?.textContent || form.dataset.offline
    } catch {
      told.textContent = ""
      error.textContent = form.dataset.offline
    }
    saving--
  }
  const total = Number(form.dataset.pages)
  // `8-` is kept as `8-12`, and `3, 1` as `1,3`: those are no other choices.
  const same = (name, kept) => {
    const own = form.elements[name].value.trim()
    return own === kept || name === "pages" && String(parse(own, total)) === String(parse(kept, total))
  }
  form.addEventListener("input", () => {
    clearTimeout(timer)
    told.textContent = ""
    timer = setTimeout(save, QUIET)
  })
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.value !== "change") return clearTimeout(timer)
    event.preventDefault()
    save()
  })
  addEventListener("pagehide", () => timer && save())
  tellSheets(form)
  return {
    /** Somebody chose otherwise on another device: what is not being typed here follows; whether anything did. */
    follow(options) {
      if (timer || saving || !options) return false
      const value = (name) => typeof options[name] === "boolean" ? String(Number(options[name])) : String(options[name])
      const others = FIELDS.filter((name) => form.elements[name] && !same(name, value(name)))
      for (const name of others) form.elements[name].value = name === "pages" ? value(name).replaceAll(",", ", ") : value(name)
      if (others.length) form.dispatchEvent(new CustomEvent("followed", { bubbles: true }))
      return others.length > 0
    },
  }
}
