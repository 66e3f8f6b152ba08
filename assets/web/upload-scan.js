// A photographed sheet made to look scanned: set straight by the lines of its writing, its paper made white. Arithmetic on
// pixels, and nothing of pages.

/** Degrees to either side that a sheet is looked for: more is turned by hand. */
const MOST_DEGREES = 8

/** Pixels along the longer side of the picture that is looked at. */
const LOOKED_AT = 500

/** Pixels a piece of paper is averaged over, along the longer side of the picture, as a part of it. */
const PIECES = 24

/** A cleaned copy of a canvas. */
export function clean(canvas) {
  const degrees = skew(canvas)
  // White first: what a turn brings into the corners is no paper.
  const paper = white(canvas)
  return Math.abs(degrees) > 0.2 ? turned(paper, -degrees) : paper
}

function small(canvas) {
  const scale = Math.min(1, LOOKED_AT / Math.max(canvas.width, canvas.height))
  const copy = Object.assign(document.createElement("canvas"), {
    width: Math.max(1, Math.round(canvas.width * scale)), height: Math.max(1, Math.round(canvas.height * scale)),
  })
  const context = copy.getContext("2d", { willReadFrequently: true })
  context.imageSmoothingQuality = "high"
  context.drawImage(canvas, 0, 0, copy.width, copy.height)
  return context.getImageData(0, 0, copy.width, copy.height)
}

/** How many degrees the writing is turned, clockwise. Edges across lines gather in few rows only when these are level. */
export function skew(canvas) {
  const { data, width, height } = small(canvas)
  const light = (index) => data[index] * 0.3 + data[index + 1] * 0.6 + data[index + 2] * 0.1
  const edges = []
  for (let y = 1; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const step = light(((y - 1) * width + x) * 4) - light((y * width + x) * 4)
      if (step > 24) edges.push(x - width / 2, y - height / 2)
    }
  }
  const sharp = (degrees) => {
    const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
    const rows = new Float64Array(height * 2 + 1)
    for (let at = 0; at < edges.length; at += 2) rows[Math.round(edges[at + 1] * cosine - edges[at] * sine) + height] += 1
    return rows.reduce((sum, count) => sum + count * count, 0)
  }
  let best = [0, sharp(0) * 1.02]
  for (let degrees = -MOST_DEGREES; degrees <= MOST_DEGREES; degrees += 0.25) {
    const value = sharp(degrees)
    if (value > best[1]) best = [degrees, value]
  }
  return best[0]
}

function turned(canvas, degrees) {
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height })
  const context = copy.getContext("2d", { willReadFrequently: true })
  context.fillStyle = "#fff"
  context.fillRect(0, 0, copy.width, copy.height)
  context.translate(copy.width / 2, copy.height / 2)
  context.rotate((degrees * Math.PI) / 180)
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2)
  return copy
}

/** Divides every spot by the paper around it: shadows and the lamp's colour go, ink stays. */
function white(canvas) {
  const paper = background(canvas)
  const context = canvas.getContext("2d", { willReadFrequently: true })
  const { width, height } = canvas
  const lamp = paper.getContext("2d").getImageData(0, 0, width, height).data
  const image = context.getImageData(0, 0, width, height)
  const { data } = image
  for (let at = 0; at < data.length; at += 4) {
    for (let channel = at; channel < at + 3; channel++) {
      const level = data[channel] / Math.max(40, lamp[channel])
      // What is nearly paper is paper, what is nearly ink is ink.
      data[channel] = Math.max(0, Math.min(1, (level - 0.12) / 0.8)) * 255
    }
  }
  context.putImageData(image, 0, 0)
  return canvas
}

/** The paper without what is on it: the brightest of every piece, smoothed. */
function background(canvas) {
  const { data, width, height } = small(canvas)
  const step = Math.max(2, Math.round(Math.max(width, height) / PIECES))
  const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)]
  const pieces = Object.assign(document.createElement("canvas"), { width: across, height: down })
  const image = new ImageData(across, down)
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const levels = []
        for (let y = row * step; y < Math.min(height, (row + 1) * step); y++) {
          for (let x = column * step; x < Math.min(width, (column + 1) * step); x++) levels.push(data[(y * width + x) * 4 + channel])
        }
        levels.sort((a, b) => a - b)
        image.data[(row * across + column) * 4 + channel] = levels[Math.floor(levels.length * 0.9)]
      }
      image.data[(row * across + column) * 4 + 3] = 255
    }
  }
  pieces.getContext("2d").putImageData(image, 0, 0)
  const paper = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height })
  const context = paper.getContext("2d", { willReadFrequently: true })
  context.imageSmoothingQuality = "high"
  context.drawImage(pieces, 0, 0, canvas.width, canvas.height)
  return paper
}
