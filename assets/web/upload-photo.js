// A photo made into what is printed of it: upright by its EXIF, turned, cropped, cleaned. On this device; the original never
// leaves it when it was changed.

/** Dots along the longer side of an A4 sheet at 300 dpi: more is never printed. */
const MOST = 3508

const THUMBNAIL = 192

/** The picture as its EXIF says that it is to be seen. */
export const upright = (file) => createImageBitmap(file, { imageOrientation: "from-image" })

/** Draws `bitmap` turned and cropped, its longer side at most `most` dots. `edits` are `{turn, crop: [x, y, w, h], clean}`. */
export function draw(bitmap, edits, most) {
  const { turn = 0, crop = [0, 0, 1, 1] } = edits ?? {}
  const aside = turn % 180 !== 0
  const [wide, high] = aside ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height]
  const scale = Math.min(1, most / Math.max(wide * crop[2], high * crop[3]))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(wide * crop[2] * scale))
  canvas.height = Math.max(1, Math.round(high * crop[3] * scale))
  const context = canvas.getContext("2d", { willReadFrequently: Boolean(edits?.clean) })
  context.fillStyle = "#fff"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = "high"
  context.scale(scale, scale)
  context.translate(-crop[0] * wide, -crop[1] * high)
  context.translate(wide / 2, high / 2)
  context.rotate((turn * Math.PI) / 180)
  context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2)
  return canvas
}

async function made(file, edits, most, quality) {
  const bitmap = await upright(file)
  let canvas = draw(bitmap, edits, most)
  bitmap.close()
  if (edits?.clean) canvas = (await import("./upload-scan.js")).clean(canvas)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", quality)
  })
}

export const render = (file, edits) => made(file, edits, MOST, 0.9)
export const thumbnail = (file, edits) => made(file, edits, THUMBNAIL, 0.8)
