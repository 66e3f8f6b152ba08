// Crops and turns one picture by hand, in a dialogue. Nothing is changed but numbers: what they do is in upload-photo.js.

import { find } from "./page.js"
import { draw, upright } from "./upload-photo.js"

const dialog = find("#editor")
const [canvas, frame, box, stage] = ["canvas", ".frame", "[type=checkbox]", ".stage"].map((selector) => find(selector, dialog))
const grips = [...dialog.querySelectorAll(".grip")]

/** The least that is left of a side, and what an arrow key moves, as parts of it. */
const LEAST = 0.08
const ARROW = 0.02
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

let edges // [left, top, right, bottom], 0 to 1
let turn
let bitmap

const limited = (value, least, most) => Math.min(most, Math.max(least, value))

function show() {
  const [left, top, right, bottom] = edges.map((edge) => `${edge * 100}%`)
  frame.style.inset = `${top} ${100 - edges[2] * 100}% ${100 - edges[3] * 100}% ${left}`
  for (const grip of grips) {
    const [x, y] = grip.dataset.grip.split(" ")
    grip.style.left = x === "0" ? left : right
    grip.style.top = y === "0" ? top : bottom
  }
}

function paint() {
  const drawn = draw(bitmap, { turn }, 900)
  canvas.width = drawn.width
  canvas.height = drawn.height
  canvas.getContext("2d").drawImage(drawn, 0, 0)
  stage.style.aspectRatio = `${drawn.width} / ${drawn.height}`
  stage.style.maxWidth = `calc(52vh * ${drawn.width / drawn.height})`
  show()
}

function move(grip, x, y) {
  const [right, bottom] = grip.dataset.grip.split(" ").map(Number)
  if (right) edges[2] = limited(x, edges[0] + LEAST, 1)
  else edges[0] = limited(x, 0, edges[2] - LEAST)
  if (bottom) edges[3] = limited(y, edges[1] + LEAST, 1)
  else edges[1] = limited(y, 0, edges[3] - LEAST)
  show()
}

for (const grip of grips) {
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault()
    grip.focus()
    grip.setPointerCapture(event.pointerId)
  })
  grip.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (!grip.hasPointerCapture(pointerId)) return
    const { left, top, width, height } = canvas.getBoundingClientRect()
    move(grip, (clientX - left) / width, (clientY - top) / height)
  })
  grip.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key]
    if (!step) return
    event.preventDefault()
    const [right, bottom] = grip.dataset.grip.split(" ").map(Number)
    move(grip, edges[right ? 2 : 0] + step[0] * ARROW, edges[bottom ? 3 : 1] + step[1] * ARROW)
  })
}
for (const button of dialog.querySelectorAll("[data-turn]")) {
  button.addEventListener("click", () => {
    const by = Number(button.dataset.turn)
    const [left, top, right, bottom] = edges
    edges = by > 0 ? [1 - bottom, left, 1 - top, right] : [top, 1 - right, bottom, 1 - left]
    turn = (turn + by + 360) % 360
    paint()
  })
}

/** What was done to the picture; `undefined` when nothing was to be. */
export async function edit(file, edits) {
  bitmap = await upright(file)
  const [x, y, width, height] = edits?.crop ?? [0, 0, 1, 1]
  edges = [x, y, x + width, y + height]
  turn = edits?.turn ?? 0
  box.checked = Boolean(edits?.clean)
  paint()
  dialog.showModal()
  const ended = await new Promise((resolve) => {
    dialog.onclose = () => resolve(false)
    for (const button of dialog.querySelectorAll("[data-end]")) button.onclick = () => resolve(button.dataset.end === "yes")
  })
  dialog.onclose = null
  dialog.close()
  bitmap.close()
  const [left, top, right, bottom] = edges
  return ended ? { turn, crop: [left, top, right - left, bottom - top], clean: box.checked } : undefined
}
