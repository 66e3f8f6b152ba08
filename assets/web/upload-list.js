// The list of what was chosen: its order, its pictures, what becomes of each. No bytes are sent here.

import { find } from "./page.js"
import { discard } from "./upload-batch.js"
import { size } from "./upload-words.js"

/** What browsers can show and crop by themselves. */
const PICTURE = /^image\/(jpeg|png|gif|bmp|webp)$/

/** What the kiosk prints of pictures as they are; of others the browser makes a JPEG. */
const PRINTED = /^image\/(jpeg|png|gif|bmp|tiff)$/

export class List {
  constructor(section, say, most) {
    this.section = section
    this.say = say
    this.most = most
    this.items = []
    this.told = find("#told", section)
    this.together = find("#together", section)
    this.together.addEventListener("change", () => this.changed())
  }

  get pictures() {
    return this.items.filter((item) => item.picture)
  }

  get isTogether() {
    return this.pictures.length > 1 && find("[value='1']", this.together).checked
  }

  /** What codes are given for: documents with their parts. */
  documents() {
    const found = new Map()
    const photos = this.isTogether ? this.pictures : []
    for (const item of this.items) {
      // What a reload interrupted belongs together as it did.
      const together = photos.includes(item)
      const key = together ? photos : item.document ?? item
      const title = together ? `${this.say.photos} (${photos.length})` : item.document?.title ?? item.name
      if (found.has(key)) found.get(key).parts.push(item)
      else found.set(key, { title, parts: [item] })
    }
    return [...found.values()]
  }

  /** A file from this device. */
  add(file) {
    const item = { name: file.name || "photo.jpg", size: file.size, file, picture: PICTURE.test(file.type) }
    item.bytes = async () => (item.edits || (item.picture && !PRINTED.test(file.type)) ? (await import("./upload-photo.js")).render(file, item.edits) : file)
    this.show(item)
    const known = file.type === "" || file.type.startsWith("image/") || formats(file.name)
    item.refused = file.size > this.most ? this.say.large : !file.size ? this.say.empty : known ? "" : this.say.type
    if (item.refused) item.tell("bad", item.refused)
    if (item.picture) this.draw(item)
    this.told.textContent = this.say.added.replace("{name}", item.name)
    return item
  }

  /** Whether a file is one whose upload was interrupted and whose bytes this browser forgot; then it goes on. */
  take(file) {
    const item = this.items.find((one) => one.id && !one.blob && !one.whole && one.name === file.name && one.size === file.size)
    if (!item) return false
    item.blob = file
    item.tell("", "")
    return true
  }

  /** Gives an item its row. */
  show(item) {
    const row = find("#file-template").content.firstElementChild.cloneNode(true)
    item.row = row
    find("bdi", row).textContent = item.name
    find("small", row).textContent = size(item.size)
    const [going, bar, state] = [find(".going", row), find("progress", row), find(".state", row)]
    bar.setAttribute("aria-label", item.name)
    item.tell = (look, text) => {
      going.hidden = true
      state.hidden = !text
      state.className = `state ${look}`
      state.textContent = text
    }
    item.go = (percent, text) => {
      if (state.textContent === text && !going.hidden) return
      going.hidden = state.hidden = false
      bar.value = percent
      state.className = "state"
      state.textContent = text
    }
    item.ask = (text) => this.ask(item, text)
    row.addEventListener("click", ({ target }) => this.act(item, target.closest("[data-do]")?.dataset.do))
    this.items.push(item)
    find("#files").append(row)
    this.changed()
  }

  /** Resolves with a password, once one was typed. */
  ask(item, text) {
    const box = find(".unlock", item.row)
    const input = find("input", box)
    item.tell("bad", text)
    box.hidden = false
    input.value = ""
    input.focus()
    find("[data-do=remove]", item.row).disabled = false
    return new Promise((resolve, reject) => {
      item.giveUp = () => reject(Object.assign(new Error(""), { removed: true }))
      const done = () => {
        if (!input.value) return
        box.hidden = true
        item.tell("", this.say.checking)
        resolve(input.value)
        input.value = ""
      }
      find("button", box).onclick = done
      input.onkeydown = (event) => {
        if (event.key !== "Enter") return
        event.preventDefault()
        done()
      }
    })
  }

  act(item, what) {
    if (what === "remove") {
      discard(item)
      this.remove(item)
      ;(this.items[0]?.row.querySelector("[data-do=remove]") ?? find("#file")).focus()
      item.giveUp?.()
    }
    if (what === "up" || what === "down") this.move(item, what === "up" ? -1 : 1)
    if (what === "edit") this.edit(item)
  }

  move(item, step) {
    const from = this.items.indexOf(item)
    // Among pictures: only their order means something.
    let to = from + step
    while (this.items[to] && !this.items[to].picture) to += step
    if (!this.items[to]) return
    this.items.splice(from, 1)
    this.items.splice(to, 0, item)
    find("#files").replaceChildren(...this.items.map(({ row }) => row))
    const button = item.row.querySelector(`[data-do=${step < 0 ? "up" : "down"}]`)
    this.changed()
    ;(button.disabled ? item.row.querySelector(`[data-do=${step < 0 ? "down" : "up"}]`) : button).focus()
    this.told.textContent = this.say.moved.replace("{place}", this.pictures.indexOf(item) + 1).replace("{name}", item.name)
  }

  async edit(item) {
    const { edit } = await import("./upload-editor.js")
    const edits = await edit(item.file, item.edits)
    if (!edits) return
    item.edits = edits
    discard(item)
    Object.assign(item, { id: undefined, whole: false, locked: false, blob: undefined })
    await this.draw(item)
  }

  /** A small picture of it, as it will be. */
  async draw(item) {
    try {
      const { thumbnail } = await import("./upload-photo.js")
      const image = find("img", item.row)
      URL.revokeObjectURL(image.src)
      image.src = URL.createObjectURL(await thumbnail(item.file, item.edits))
      image.hidden = false
      find("svg", item.row).classList.add("covered")
    } catch {
      // The kiosk may know it better.
      item.picture = false
      item.tell("", this.say.picture)
      this.changed()
    }
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item)
    item.row.remove()
    this.changed()
  }

  lock(locked) {
    this.section.classList.toggle("locked", locked)
    for (const tool of this.section.querySelectorAll(".tool")) tool.disabled = locked
    if (!locked) this.changed()
  }

  changed() {
    this.section.hidden = !this.items.length
    this.together.hidden = this.pictures.length < 2
    const pictures = this.isTogether ? this.pictures : []
    for (const item of this.items) {
      const tool = (name) => find(`[data-do=${name}]`, item.row)
      tool("up").hidden = tool("down").hidden = !pictures.includes(item)
      tool("up").disabled = pictures[0] === item
      tool("down").disabled = pictures.at(-1) === item
      tool("edit").hidden = !(item.picture && item.file)
    }
    this.onchange?.()
  }
}

/** Whether a name ends as a format that is taken; the kiosk looks at the content. */
function formats(name) {
  const taken = find("#upload").dataset.formats.split(" ")
  return !name.includes(".") || taken.includes(name.split(".").pop().toLowerCase())
}
