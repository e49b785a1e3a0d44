import { describe, expect, it } from "vitest";
import { NEVER, Timers } from "../../../../emulator/devices/timers";
import { TestClock } from "./test-clock";

describe("Timers", () => {
  it("fires what is due, earliest first, and creation order breaks a tie", () => {
    const clock = new TestClock();
    const fired: string[] = [];
    const a = clock.timers.create(() => fired.push("a"));
    const b = clock.timers.create(() => fired.push("b"));
    const c = clock.timers.create(() => fired.push("c"));
    clock.timers.schedule(b, 20);
    clock.timers.schedule(a, 20);
    clock.timers.schedule(c, 10);
    clock.ticks = 20;
    expect(clock.timers.runDue()).toBe(3);
    expect(fired).toEqual(["c", "a", "b"]);
    expect(clock.timers.deadline).toBe(NEVER);
  });

  it("lets an event arm itself again for the same instant's queue", () => {
    const clock = new TestClock();
    let left = 3;
    const again = clock.timers.create(() => {
      if (--left > 0) clock.timers.schedule(again, clock.now());
    });
    clock.timers.schedule(again, 0);
    expect(clock.timers.runDue()).toBe(3);
  });

  it("disarms with NEVER", () => {
    const clock = new TestClock();
    const timer = clock.timers.create(() => expect.unreachable());
    clock.timers.schedule(timer, 5);
    clock.timers.schedule(timer, NEVER);
    clock.runTo(100);
    expect(clock.timers.deadline).toBe(NEVER);
  });

  it("reports a deadline that moves closer, and only that", () => {
    let earlier = 0;
    const timers = new Timers({ now: () => 0 }, () => earlier++);
    const timer = timers.create(() => undefined);
    timers.schedule(timer, 100);
    timers.schedule(timer, 200);
    timers.schedule(timer, 50);
    expect(earlier).toBe(2);
    expect(timers.deadline).toBe(50);
  });
});
