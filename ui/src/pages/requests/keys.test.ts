import { afterEach, describe, expect, test } from "vitest";
import { pageKey } from "./keys";

function press(key: string, html = "<main id=at></main>", more: Partial<KeyboardEvent> = {}) {
  document.body.innerHTML = html;
  const target = document.querySelector("#at");
  return pageKey({ key, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, target, ...more });
}

describe("keys of a page", () => {
  afterEach(() => {
    document.body.innerHTML = "";
  });

  test("are taken where nothing else wants them", () => {
    expect(press("j")).toBe("j");
    expect(press("?")).toBe("?");
    expect(press("Enter", "<div role=row id=at></div>")).toBe("Enter");
    expect(press("j", "<div role=dialog data-beside><p id=at></p></div>")).toBe("j");
  });

  test("belong to whoever types", () => {
    for (const field of ["<input id=at>", "<textarea id=at></textarea>", "<div role=menu><b id=at></b></div>"]) {
      expect(press("j", field)).toBeNull();
    }
    expect(press("j", "<div role=dialog><button id=at></button></div>")).toBeNull();
  });

  test("that press a button or move in a list stay there", () => {
    expect(press("Enter", "<button id=at></button>")).toBeNull();
    expect(press("ArrowDown", "<button role=tab id=at></button>")).toBeNull();
    expect(press("j", "<button id=at></button>")).toBe("j");
  });

  test("with a modifier are the browser's", () => {
    expect(press("k", undefined, { ctrlKey: true })).toBeNull();
    expect(press("k", undefined, { metaKey: true })).toBeNull();
    expect(press("k", undefined, { defaultPrevented: true })).toBeNull();
  });
});
