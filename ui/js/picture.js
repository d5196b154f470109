// A picture that takes the place of the one before only when it can be shown.

/** Loads a picture into a box; `done` is told whether it could be loaded. A newer call takes this one's place. */
export function showPicture(box, url, alternative, width, height, done) {
  const picture = new Image(width, height);
  picture.alt = alternative;
  box.wanted = picture;
  picture.onload = picture.onerror = (event) => {
    // Neither for a newer one nor for a panel that is gone.
    if (box.wanted !== picture || !box.isConnected) return;
    const isThere = event.type === "load";
    if (isThere) box.replaceChildren(picture);
    done(isThere);
  };
  picture.src = url;
}
