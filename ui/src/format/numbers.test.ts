import { describe, expect, test } from "vitest";
import { bytes, compact, count, duration, interval, money, percent, score, signed, UNKNOWN } from "./numbers";

describe("numbers", () => {
  test("what is not known is never a zero", () => {
    for (const write of [count, compact, score, percent, money, duration, bytes, signed]) {
      expect(write(null)).toBe(UNKNOWN);
      expect(write(undefined)).toBe(UNKNOWN);
      expect(write(0)).toContain("0");
    }
    expect(interval(null, 1)).toBe(UNKNOWN);
  });

  test("scores keep three digits, and small ones do not become zero", () => {
    expect(score(0.8125)).toBe("0.813");
    expect(score(1)).toBe("1");
    expect(score(-12.34)).toBe("-12.3");
    expect(score(0.000012)).toBe("1.2e-5");
    expect(score(1234.5)).toBe("1230");
    expect(signed(-2.7e-18)).toBe("0");
  });

  test("differences carry their sign", () => {
    expect(signed(0.08)).toBe("+0.08");
    expect(signed(-0.08)).toBe("−0.08");
    expect(signed(0)).toBe("0");
    expect(signed(-0.00012, money)).toBe("−$0.00012");
  });

  test("shares, money, time and size are written as people write them", () => {
    expect(percent(0.0312)).toBe("3.1 %");
    expect(percent(1)).toBe("100 %");
    expect(percent(0.00021)).toBe("0.02 %");
    expect(money(0.000123)).toBe("$0.00012");
    expect(money(12.3)).toBe("$12.30");
    expect(money(-0.00017)).toBe("−$0.00017");
    expect(money(15300)).toBe("$15.3K");
    expect(duration(840.2)).toBe("840 ms");
    expect(duration(1240)).toBe("1.24 s");
    expect(duration(200_000)).toBe("3 m 20 s");
    expect(duration(7_380_000)).toBe("2 h 3 m");
    expect(bytes(12_400_000)).toBe("12.4 MB");
  });
});
