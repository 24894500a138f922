"""ModelsLab: requests as values. Fields have their names of the wire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text-to-video request with every default filled in; sizes in pixels, switches as bools."""

    model_id: str
    prompt: str
    negative_prompt: str | None
    height: int
    width: int
    num_frames: int
    num_inference_steps: int
    guidance_scale: float
    clip_skip: int | None
    upscale_height: int | None
    upscale_width: int | None
    upscale_strength: float
    upscale_guidance_scale: float
    upscale_num_inference_steps: int
    use_improved_sampling: bool
    improved_sampling_seed: int
    fps: int
    output_type: str
    instant_response: bool
    temp: bool
    webhook: str | None
    track_id: str | None

    @property
    def picture(self) -> str:
        """The digest of the picture that the clip starts from: there is none."""
        return ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture-to-video request with every default filled in.

    `init_image` is the link as asked, None when the picture itself was sent; `picture` the digest of its pixels.
    """

    model_id: str
    prompt: str | None
    init_image: str | None
    height: int
    width: int
    num_frames: int
    num_inference_steps: int
    min_guidance_scale: float
    max_guidance_scale: float
    motion_bucket_id: int
    noise_aug_strength: float
    fps: int
    output_type: str
    base64: bool
    instant_response: bool
    temp: bool
    webhook: str | None
    track_id: str | None
    picture: str


@dataclass(frozen=True, slots=True)
class Ultra:
    """An HD text-to-video request with every default filled in; `resolution` is the short side in pixels."""

    model_id: str
    prompt: str
    negative_prompt: str | None
    resolution: int
    num_frames: int
    num_inference_steps: int
    guidance_scale: float
    fps: int
    portrait: bool
    sample_shift: int
    instant_response: bool
    temp: bool
    webhook: str | None
    track_id: str | None

    @property
    def output_type(self) -> str:
        """The extension of the file."""
        return "mp4"

    @property
    def picture(self) -> str:
        """The digest of the picture that the clip starts from: there is none."""
        return ""

    @property
    def width(self) -> int:
        """The clip's width in pixels."""
        return self.resolution if self.portrait else self._long_side

    @property
    def height(self) -> int:
        """The clip's height in pixels."""
        return self._long_side if self.portrait else self.resolution

    @property
    def _long_side(self) -> int:
        """Return sixteen ninths of the short side, rounded to an even number: 854 for 480."""
        return 2 * ((self.resolution * 16 + 9) // 18)


Asked = Text | Image | Ultra
