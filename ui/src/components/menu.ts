// What a menu is made of.
import type { Component } from 'svelte';

export interface MenuItem {
  label: string;
  icon?: Component<{ size?: number | string; 'aria-hidden'?: 'true' }>;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Draws a line above this item. */
  apart?: boolean;
  /** Marks the current choice; any item that has it makes the menu a list of choices. */
  checked?: boolean;
  run: () => void;
}
