import { describe, expect, it } from "vitest";
import { detectLanguage } from "../../../src/tools/builtin/detect-language.ts";
import { call } from "./call.ts";

describe("detect_language", () => {
  type Output = { language: string | null; name: string | null; candidates: unknown[] };
  it.each([
    ["The quick brown fox jumps over the lazy dog.", "en", "English"],
    ["Der schnelle braune Fuchs springt über den faulen Hund.", "de", "German"],
    ["El rápido zorro marrón salta sobre el perro perezoso.", "es", "Spanish"],
    ["今天天气很好，我们去公园吧。", "zh", "Chinese"],
    ["안녕하세요", "ko", "Korean"],
  ])("tells %s", async (text, language, name) => {
    expect(await call<Output>(detectLanguage, { text })).toMatchObject({ language, name });
  });

  it.each(["", "12345", "ok"])("does not guess at %j", async (text) => {
    expect(await call<Output>(detectLanguage, { text })).toMatchObject({
      language: null,
      name: null,
    });
  });
});
