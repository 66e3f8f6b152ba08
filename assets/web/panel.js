// The kiosk's screen: its picture, its accessible tree as real buttons, a mouse, a finger and a keyboard.

const find = (selector) => document.querySelector(selector)
const [picture, scene, said, token] = ["#picture", "#scene", "#said", "#token"].map(find)
const LOOK_MS = 250
const SLOT = "ottisk.panel.token"
/** Roles that are looked at; all others can be pressed. */
const STILL = ["text", "heading", "status", "alert", "label", "image", "img", "progressbar"]
let tag = ""
let tree = ""
let again

function bearer() {
  const bearer = sessionStorage.getItem(SLOT)
  return bearer ? { Authorization: `Bearer ${bearer}` } : {}
}

function ask() {
  if (token.hidden) {
    token.hidden = false
    find("#bearer").focus()
  }
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/panel/screen.png", { cache: "no-store", headers: { ...bearer(), ...(tag && { "If-None-Match": tag }) } })
      if (answer.status === 401 || answer.status === 403) ask()
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") ?? ""
        const [old, url] = [picture.src, URL.createObjectURL(await answer.blob())]
        picture.src = url
        await picture.decode()
        if (old.startsWith("blob:")) URL.revokeObjectURL(old)
        await read()
      }
      find("#lost").hidden = true
    } catch {
      find("#lost").hidden = false
    }
  }
  clearTimeout(again)
  // Hidden pages ask nothing; `visibilitychange` wakes them.
  if (!document.hidden) again = setTimeout(look, LOOK_MS)
}

async function read() {
  const text = await (await fetch("/panel/scene", { cache: "no-store", headers: bearer() })).text()
  if (text !== tree) draw(JSON.parse(tree = text))
}

/** Elements that stay keep their node, so that focus stays where it is. */
function draw({ scene: name, language, width, height, elements }) {
  document.documentElement.lang = language
  const old = new Map([...scene.children].map((node) => [node.id, node]))
  const nodes = elements.map(({ id, role, label, rect: [x, y, w, h], enabled, value }, place) => {
    const kind = STILL.includes(role) ? "p" : "button"
    const key = `scene-${id || place}`
    const kept = old.get(key)
    const node = kept?.localName === kind ? kept : Object.assign(document.createElement(kind), { id: key })
    const text = value == null || value === "" || typeof value === "boolean" ? label : `${label}: ${value}`
    if (node.textContent !== text) node.textContent = text
    if (kind === "button") {
      Object.assign(node, { type: "button", disabled: !enabled })
      node.dataset.id = id
      if (typeof value === "boolean") node.setAttribute("aria-pressed", value)
      else node.removeAttribute("aria-pressed")
    }
    const share = { left: x / width, top: y / height, width: w / width, height: h / height }
    for (const [side, part] of Object.entries(share)) node.style[side] = `${part * 100}%`
    return node
  })
  if (scene.dataset.name !== name) {
    said.textContent = nodes.filter((node) => node.localName === "p").map((node) => node.textContent).join(". ")
  }
  scene.dataset.name = name
  // Only what is new moves: a node that is put in again would lose the focus.
  for (const node of old.values()) if (!nodes.includes(node)) node.remove()
  nodes.forEach((node, place) => scene.children[place] !== node && scene.insertBefore(node, scene.children[place]))
}

let refused
async function tap(touch) {
  const headers = { "Content-Type": "application/json", ...bearer() }
  const answer = await fetch("/panel/tap", { method: "POST", headers, body: JSON.stringify(touch) })
  if (answer.status === 401 || answer.status === 403) {
    refused = touch
    ask()
  } else {
    look()
  }
}
const touch = (what) => tap(what).catch(() => (find("#lost").hidden = false))

picture.addEventListener("click", ({ clientX, clientY }) => {
  const { left, top, width, height } = picture.getBoundingClientRect()
  touch({
    x: Math.floor(((clientX - left) * picture.naturalWidth) / width),
    y: Math.floor(((clientY - top) * picture.naturalHeight) / height),
  })
})

scene.addEventListener("click", ({ target }) => target.dataset.id && touch({ id: target.dataset.id }))

token.addEventListener("submit", (event) => {
  event.preventDefault()
  sessionStorage.setItem(SLOT, find("#bearer").value.trim())
  token.hidden = true
  if (refused) touch(refused)
})

// By the key's place as well, so that a Russian layout types the code's Latin letters.
addEventListener("keydown", (event) => {
  const { key, code, target, ctrlKey, altKey, metaKey } = event
  if (ctrlKey || altKey || metaKey || target.localName === "input") return
  const sign = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1] ?? (/^[a-z0-9]$/i.test(key) ? key.toUpperCase() : "")
  const named = { Backspace: "key-backspace", Escape: "back", Enter: target.localName === "button" ? "" : "code-submit" }
  const id = sign ? `key-${sign}` : named[key]
  const button = id && document.getElementById(`scene-${id}`)
  if (!button || button.disabled) return
  event.preventDefault()
  touch({ id })
})

document.addEventListener("visibilitychange", () => document.hidden || look())
look()
