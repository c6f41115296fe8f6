import { expect, test } from '@jest/globals';
import { Message } from './message.ts';
import { textFrame } from './wire.ts';

test.each([
  [0, '8100'],
  [125, '817d'],
  [126, '817e007e'],
  [65_535, '817effff'],
  [65_536, '817f0000000000010000'],
])('a text of %i bytes is one frame', (length, head) => {
  const text = 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2);
  const frame = textFrame(text);
  expect(frame.subarray(0, head.length / 2).toString('hex')).toBe(head);
  expect(frame.subarray(head.length / 2).toString()).toBe(text);
});

test('what goes out together is put together once, in either protocol', () => {
  const [first, second, third] = ['a', 'b', 'c'].map(
    (text, index) => new Message('trade', text, `1-${index}`),
  );
  if (!first || !second || !third) throw new Error('there are three');
  const all = first.with(second).with(third);
  expect(first.with(second).with(third)).toBe(all);
  expect(first.with(third)).not.toBe(first.with(second));
  expect(all.frame).toBe(first.with(second).with(third).frame);
  expect(all.frame.toString('latin1')).toBe('\x81\x01a\x81\x01b\x81\x01c');
  expect(all.event.toString()).toBe(
    'id: 1-0\nevent: trade\ndata: a\n\nid: 1-1\nevent: trade\ndata: b\n\nid: 1-2\nevent: trade\ndata: c\n\n',
  );
});
