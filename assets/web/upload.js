// The upload page: chooses files, sends them, shows the codes. What each part does is in the modules it imports; without this
// the page is a plain form for one file.

import { find, root } from "./page.js"
import { tellSheets } from "./sheets.js"
import { remember } from "./upload-member.js"

const form = find("#upload")
const { file, surname, number } = form.elements
const [error, go, camera, words] = ["#error", "#go", "#camera", "#words"].map((selector) => find(selector))
const say = words.dataset
const kept = remember(form, find("#remember"))
let list
let adding = Promise.resolve() // what was chosen, into the list
let name // of the batch that is under way, for whoever loads the page anew

function fail(text, field) {
  error.textContent = text
  for (const input of [surname, number]) input.ariaInvalid = input.name === field ? "true" : null
  if (text) error.focus()
}

/** The list, once there is something for it: a page that is only looked at stays light. */
async function opened() {
  const { List } = await import("./upload-list.js")
  list ??= Object.assign(new List(find("#chosen"), say, Number(form.dataset.bytes)), { onchange: count })
  return list
}

function add(files) {
  adding = adding.then(() => take(files)).catch(() => fail(say.unreachable))
}

async function take(files) {
  fail("")
  await opened()
  const room = Number(form.dataset.files) - list.items.length
  for (const one of [...files].slice(0, room)) if (!list.take(one)) list.add(one)
  if (files.length > room) fail(say.many)
  count()
}

function count() {
  go.textContent = list.documents().length > 1 ? go.dataset.many : go.dataset.one
  form.elements.pages.closest(".field").hidden = list.documents().length > 1
}

// The input is emptied at once: the list is what counts, and the same file can be chosen anew.
for (const input of [file, camera]) {
  input.addEventListener("change", () => {
    // Of its own: the input forgets them at once.
    add([...input.files])
    input.value = ""
  })
}
file.multiple = true
file.required = false
file.removeAttribute("name")
// What is missing is said in the kiosk's words, in one place.
form.noValidate = true

// Dropped anywhere on the page: a miss must not make the browser leave it.
const drop = file.parentElement
let inside = 0
for (const [name, step] of [["dragenter", 1], ["dragleave", -1]]) {
  addEventListener(name, () => drop.classList.toggle("over", (inside += step) > 0))
}
addEventListener("dragover", (event) => event.preventDefault())
addEventListener("drop", (event) => {
  event.preventDefault()
  inside = 0
  drop.classList.remove("over")
  add([...event.dataTransfer.files])
})
addEventListener("paste", ({ clipboardData }) => clipboardData?.files.length && add([...clipboardData.files]))

function options() {
  const { pages, copies, two_sided: sides, color } = form.elements
  const chosen = { copies: copies.value, two_sided: sides?.value ?? "0", color: color?.value ?? "0" }
  return list.documents().length > 1 ? chosen : { ...chosen, pages: pages.value }
}

function show(codes) {
  if (codes.length === 1 && !list.items.length) {
    const visit = find("[name=visit]", form)?.value
    return location.assign(`/j/${encodeURIComponent(codes[0].pin)}${visit ? `?${new URLSearchParams({ visit })}` : ""}`)
  }
  const target = find("#codes-list")
  target.replaceChildren()
  for (const { pin, title } of codes) {
    const item = find("#code-template").content.firstElementChild.cloneNode(true)
    const visit = find("[name=visit]", form)?.value
    find("a", item).href = `/j/${encodeURIComponent(pin)}${visit ? `?${new URLSearchParams({ visit })}` : ""}`
    find(".pin", item).textContent = pin
    find("bdi", item).textContent = title
    target.append(item)
  }
  find("#codes").hidden = false
  const done = !list.items.length
  form.hidden = done
  if (done) find("h1").hidden = true
  if (done) find("#codes-title").focus()
}

async function send(batch) {
  fail("")
  name = batch.name
  go.disabled = true
  root.classList.add("sending")
  try {
    const codes = await batch.run(list, say)
    if (codes.length) show(codes)
  } catch (problem) {
    fail((problem.field && say.member) || problem.message || say.unreachable, problem.field)
  }
  root.classList.remove("sending")
  go.disabled = false
  if (batch.done) name = undefined
}

form.addEventListener("submit", async (event) => {
  event.preventDefault()
  // Whoever is faster than the network has chosen all the same.
  await adding
  if (!list?.items.length) return fail(say.none)
  for (const input of [surname, number]) if (!input.value.trim()) return fail(say[input.name], input.name)
  if (!form.elements.copies.checkValidity()) return form.elements.copies.reportValidity()
  if (list.items.some((item) => item.refused)) return fail(list.items.find((item) => item.refused).refused)
  kept.save()
  // What is at the kiosk already is not sent again: the list's files know their numbers.
  const { Batch } = await import("./upload-batch.js")
  send(new Batch(list.documents(), { surname: surname.value, number: number.value }, options(), name))
})

// An upload that a reload or a closed page broke off goes on by itself, unless another tab is at it.
async function goOn() {
  const { interrupted } = await import("./upload-batch.js")
  const found = await interrupted()
  if (!found) return
  found.show(await opened(), say)
  count()
  if (found.complete) send(found)
  else name = found.name
}

try {
  if (Object.keys(localStorage).some((key) => key.startsWith("ottisk.batch."))) goOn()
} catch { /* no storage: nothing was kept */ }

addEventListener("pageshow", ({ persisted }) => persisted && location.reload())
tellSheets(form)
