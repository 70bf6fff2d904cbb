// A worker: draws one photo anew, upright, at most `side` wide and high, while its page goes on; null where it cannot.

onmessage = async ({ data: { file, side, type, quality } }) => {
  // A browser that does not know the word throws: it would not turn the picture upright.
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  postMessage(picture && (await drawn(picture, side, type, quality).catch(() => null)));
};

async function drawn(picture, side, type, quality) {
  const share = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * share), Math.round(picture.height * share));
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.convertToBlob({ type, quality });
}
